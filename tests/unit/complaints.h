/* Complaints, collected: one line "key: message" each. */
#ifndef THRONG_COMPLAINTS_H
#define THRONG_COMPLAINTS_H

#include <throng/parameters.h>

typedef struct {
  MfgComplaints complaints; /* hand out the address of this */
  int           count;
  char          text[4096];
} TestComplaints;

void TestComplaintsInit(TestComplaints *collected);
/* Fails the test unless there is exactly one complaint, under `key`, and its message holds `fragment`. */
void TestAssertComplaint(const TestComplaints *collected, const char *key, const char *fragment);
/* Fails the test if there is a complaint. */
void TestAssertNoComplaint(const TestComplaints *collected);

#endif
