#include <stdio.h>
#include <string.h>
#include "complaints.h"
#include "testing.h"

static void Collect(void *context, const char *key, const char *message)
{
  TestComplaints *collected = (TestComplaints *)context;
  const size_t    used = strlen(collected->text);

  collected->count++;
  snprintf(collected->text + used, sizeof(collected->text) - used, "%s: %s\n", key, message);
}

void TestComplaintsInit(TestComplaints *collected)
{
  memset(collected, 0, sizeof(*collected));
  collected->complaints.report = Collect;
  collected->complaints.context = collected;
}

void TestAssertComplaint(const TestComplaints *collected, const char *key, const char *fragment)
{
  const size_t length = strlen(key);

  if (collected->count != 1 || strncmp(collected->text, key, length) != 0 || collected->text[length] != ':' ||
      !strstr(collected->text + length, fragment))
    fail_msg("expected one complaint under %s with '%s'; there are %d: %s", key, fragment, collected->count,
             collected->text);
}

void TestAssertNoComplaint(const TestComplaints *collected)
{
  if (collected->count) fail_msg("unexpected complaints: %s", collected->text);
}
