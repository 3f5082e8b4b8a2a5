/* Sweeps of experiment files that are given as texts. */
#ifndef THRONG_SWEEPING_H
#define THRONG_SWEEPING_H

#include "testing.h"
#include "experiment/sweep.h"

typedef struct {
  MfgErrors errors;
  MfgNode  *root;
  MfgSweep  sweep;
} TestSweep;

enum { TEST_MOST_SETTINGS = 4 };

/* Read `text` as the file f.yaml, put the settings over it (up to the first NULL) and expand it. */
void TestSweepOpen(TestSweep *t, const char *text, const char *const settings[TEST_MOST_SETTINGS]);
void TestSweepClose(TestSweep *t);
/* The errors, one line each; free() it. */
char *TestSweepErrors(TestSweep *t);
/* The document of run i in flow style; PetscFree() it. */
char *TestSweepDocument(TestSweep *t, PetscInt i);

/* Fails the test unless there are no errors and the documents of the runs are these lines. */
void TestAssertRuns(const char *text, const char *const settings[TEST_MOST_SETTINGS], const char *lines);
/* Fails the test unless these lines are the errors. */
void TestAssertErrors(const char *text, const char *const settings[TEST_MOST_SETTINGS], const char *lines);
/* Fails the test unless there are no errors and these lines are the warnings. */
void TestAssertWarnings(const char *text, const char *const settings[TEST_MOST_SETTINGS], const char *lines);

#endif
