/* Taking the command line apart; see cli.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "cli.h"
#include "experiment/duration.h"
#include "experiment/options.h"

const char *const MfgCommandNames[MFG_COMMAND_COUNT] = {"", "run", "plan", "status", "list", "describe"};

static const char *const run_options[] = {"--set", "--out", "--rerun", "--shard", "--time-limit", "--help"};
static const char *const plan_options[] = {"--set",   "--out", "--rerun", "--shard",
                                           "--ranks", "--all", "--help"};
static const char *const status_options[] = {"--verify", "--all", "--help"};
static const char *const top_options[] = {"--help", "--version"};
static const char *const other_options[] = {"--help", "--plugin"};

/* Keep the first error. */
static void Fail(MfgArguments *arguments, const char *format, ...) PETSC_ATTRIBUTE_FORMAT(2, 3);
static void Fail(MfgArguments *arguments, const char *format, ...)
{
  va_list values;

  if (arguments->error[0]) return;
  va_start(values, format);
  (void)vsnprintf(arguments->error, sizeof(arguments->error), format, values);
  va_end(values);
}

static void FailWithSuggestion(MfgArguments *arguments, const char *what, const char *word, PetscInt count,
                               const char *const known[])
{
  const char *near = MfgNearestWord(word, count, known);

  if (near)
    Fail(arguments, "unknown %s '%.200s'; did you mean '%s'?", what, word, near);
  else
    Fail(arguments, "unknown %s '%.200s'", what, word);
}

/* The value of the option `name`: after "=", or the next argument. NULL, with an error, if there is none. */
static const char *TakeValue(MfgArguments *arguments, const char *name, int argc, char **argv, int *i)
{
  const size_t length = strlen(name);

  if (argv[*i][length] == '=') return argv[*i] + length + 1;
  if (*i + 1 < argc) return argv[++*i];
  Fail(arguments, "%s needs a value", name);
  return NULL;
}

/* Whether the argument is the option `name`, alone or as "name=value". */
static PetscBool IsOption(const char *argument, const char *name)
{
  const size_t length = strlen(name);

  return (PetscBool)(!strncmp(argument, name, length) && (!argument[length] || argument[length] == '='));
}

/* "stale,failed": results that are replaced. */
static void ReadRerun(MfgArguments *arguments, const char *text)
{
  static const char *const words[] = {"damaged", "failed", "stale", "all"};
  static const PetscInt    which[] = {MFG_RERUN_DAMAGED, MFG_RERUN_FAILED, MFG_RERUN_STALE, MFG_RERUN_ALL};

  for (const char *c = text; c; c = strchr(c, ',') ? strchr(c, ',') + 1 : NULL) {
    const size_t length = strcspn(c, ",");
    size_t       i = 0;

    while (i < 4 && (strlen(words[i]) != length || strncmp(c, words[i], length))) i++;
    if (i < 4)
      arguments->rerun |= which[i];
    else
      Fail(arguments,
           "--rerun knows no '%.*s'; expected damaged, failed, stale or all, with commas between them",
           (int)length, c);
  }
}

static void ReadShard(MfgArguments *arguments, const char *text)
{
  long long index, count;
  char      rest;

  if (!text) return;
  if (sscanf(text, "%lld/%lld%c", &index, &count, &rest) != 2 || index < 0 || index >= count ||
      count > 1000000) {
    Fail(arguments, "--shard '%.100s' is none; expected i/n with 0 <= i < n, such as 0/4", text);
    return;
  }
  arguments->shard_index = (PetscInt)index;
  arguments->shard_count = (PetscInt)count;
}

static void ReadTimeLimit(MfgArguments *arguments, const char *text)
{
  if (text && !MfgDurationRead(text, &arguments->time_limit))
    Fail(arguments, "--time-limit '%.100s' is no duration; expected one such as 90, '30 min', 2h or 1:30:00",
         text);
  else if (text && arguments->time_limit <= 0)
    Fail(arguments, "--time-limit '%.100s' leaves no time to do anything", text);
}

static void ReadRanks(MfgArguments *arguments, const char *text)
{
  long long ranks;
  char      rest;

  if (!text) return;
  if (sscanf(text, "%lld%c", &ranks, &rest) != 1 || ranks < 1 || ranks > 10000000)
    Fail(arguments, "--ranks '%.100s' is no number of ranks; expected one from 1 on", text);
  else
    arguments->ranks = (PetscInt)ranks;
}

static void ReadOption(MfgArguments *arguments, int argc, char **argv, int *i)
{
  const char     *option = argv[*i];
  const PetscBool run = (PetscBool)(arguments->command == MFG_COMMAND_RUN);
  const PetscBool plan = (PetscBool)(arguments->command == MFG_COMMAND_PLAN);
  const PetscBool runs = (PetscBool)(run || plan); /* those of an experiment file */
  const PetscBool status = (PetscBool)(arguments->command == MFG_COMMAND_STATUS);
  const PetscBool top = (PetscBool)(arguments->command == MFG_COMMAND_NONE);

  if (!strcmp(option, "--help") || !strcmp(option, "-h"))
    arguments->help = PETSC_TRUE;
  else if (!strcmp(option, "--version") && top)
    arguments->version = PETSC_TRUE;
  else if (status && !strcmp(option, "--verify"))
    arguments->verify = PETSC_TRUE;
  else if (!runs && !top && !status && IsOption(option, "--plugin"))
    arguments->plugin = TakeValue(arguments, "--plugin", argc, argv, i);
  else if (runs && IsOption(option, "--rerun"))
    ReadRerun(arguments, TakeValue(arguments, "--rerun", argc, argv, i));
  else if (runs && IsOption(option, "--shard"))
    ReadShard(arguments, TakeValue(arguments, "--shard", argc, argv, i));
  else if (run && IsOption(option, "--time-limit"))
    ReadTimeLimit(arguments, TakeValue(arguments, "--time-limit", argc, argv, i));
  else if (plan && IsOption(option, "--ranks"))
    ReadRanks(arguments, TakeValue(arguments, "--ranks", argc, argv, i));
  else if ((plan || status) && !strcmp(option, "--all"))
    arguments->all = PETSC_TRUE;
  else if (runs && IsOption(option, "--out"))
    arguments->out = TakeValue(arguments, "--out", argc, argv, i);
  else if (runs && IsOption(option, "--set")) {
    const char *setting = TakeValue(arguments, "--set", argc, argv, i);

    if (setting) arguments->settings[arguments->setting_count++] = setting;
  } else if (option[1] != '-' && runs)
    Fail(arguments, "unknown option '%.200s'; PETSc options come last, after '--'", option);
  else if (run)
    FailWithSuggestion(arguments, "option", option, sizeof(run_options) / sizeof(run_options[0]),
                       run_options);
  else if (plan)
    FailWithSuggestion(arguments, "option", option, sizeof(plan_options) / sizeof(plan_options[0]),
                       plan_options);
  else if (status)
    FailWithSuggestion(arguments, "option", option, sizeof(status_options) / sizeof(status_options[0]),
                       status_options);
  else
    FailWithSuggestion(arguments, "option", option, 2, top ? top_options : other_options);
}

static void ReadWord(MfgArguments *arguments, const char *word)
{
  static const int most[MFG_COMMAND_COUNT] = {
      [MFG_COMMAND_RUN] = 1, [MFG_COMMAND_PLAN] = 1, [MFG_COMMAND_STATUS] = 2, [MFG_COMMAND_DESCRIBE] = 2};

  if (arguments->command == MFG_COMMAND_NONE) {
    for (int c = MFG_COMMAND_RUN; c < MFG_COMMAND_COUNT; c++)
      if (!strcmp(word, MfgCommandNames[c])) arguments->command = (MfgCommand)c;
    if (arguments->command == MFG_COMMAND_NONE)
      FailWithSuggestion(arguments, "command", word, MFG_COMMAND_COUNT - 1, MfgCommandNames + 1);
  } else if (arguments->word_count < most[arguments->command])
    arguments->words[arguments->word_count++] = word;
  else
    Fail(arguments, "'%.200s' is one argument too many", word);
}

/* After `--`: names that begin with '-', each with one value at most. */
static void CheckPetscOptions(MfgArguments *arguments)
{
  const char *stray = MfgOptionsFindStray(arguments->petsc_count, (const char *const *)arguments->petsc);

  if (stray) Fail(arguments, "'%.200s' after '--' is no PETSc option; expected -name or -name value", stray);
  if (arguments->petsc_count && arguments->command != MFG_COMMAND_RUN &&
      arguments->command != MFG_COMMAND_PLAN)
    Fail(arguments, "PETSc options go with 'throng run' and 'throng plan' only");
}

void MfgArgumentsRead(int argc, char **argv, const char **settings, MfgArguments *arguments)
{
  memset(arguments, 0, sizeof(*arguments));
  arguments->program = argv[0];
  arguments->settings = settings;
  arguments->out = "results";
  arguments->shard_count = 1;
  arguments->time_limit = -1;
  for (int i = 1; i < argc && !arguments->error[0]; i++) {
    if (!strcmp(argv[i], "--")) {
      arguments->petsc = argv + i + 1;
      arguments->petsc_count = argc - i - 1;
      break;
    }
    if (argv[i][0] == '-' && argv[i][1])
      ReadOption(arguments, argc, argv, &i);
    else
      ReadWord(arguments, argv[i]);
  }
  CheckPetscOptions(arguments);
  if (arguments->help || arguments->version) return;
  if (arguments->command == MFG_COMMAND_NONE)
    Fail(arguments, "a command is missing; expected run, plan, status, list or describe");
  if (arguments->command == MFG_COMMAND_RUN && !arguments->word_count)
    Fail(arguments, "the experiment file is missing; expected throng run FILE");
  if (arguments->command == MFG_COMMAND_PLAN && !arguments->word_count)
    Fail(arguments, "the experiment file is missing; expected throng plan FILE");
  if (arguments->command == MFG_COMMAND_STATUS && !arguments->word_count)
    Fail(arguments, "the folder of the results is missing; expected throng status DIR");
  if (arguments->out && !*arguments->out) Fail(arguments, "--out is empty");
}
