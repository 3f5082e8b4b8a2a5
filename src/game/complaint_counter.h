/* Complaints that are counted on their way. */
#ifndef THRONG_COMPLAINT_COUNTER_H
#define THRONG_COMPLAINT_COUNTER_H

#include <throng/parameters.h>

typedef struct {
  MfgComplaints        counting; /* its context is the counter itself */
  const MfgComplaints *next;
  PetscInt             count;
} MfgComplaintCounter;

static void MfgCountComplaint_Private(void *context, const char *key, const char *message)
{
  MfgComplaintCounter *counter = (MfgComplaintCounter *)context;

  counter->count++;
  counter->next->report(counter->next->context, key, message);
}

/*
  Where to complain so that `counter`, which must stay where it is, counts. NULL for NULL: without a place for
  complaints the first one is raised, so there is nothing to count.
*/
static inline const MfgComplaints *MfgCountComplaints(const MfgComplaints *complaints,
                                                      MfgComplaintCounter *counter)
{
  counter->counting.report = MfgCountComplaint_Private;
  counter->counting.context = counter;
  counter->next = complaints;
  counter->count = 0;
  return complaints ? &counter->counting : NULL;
}

#endif
