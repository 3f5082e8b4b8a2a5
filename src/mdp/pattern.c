/*
  The pattern of P^π and the transitions of this rank's states.

  Every row of P^π is built by its owner, so a slot (the position of a successor in its row) per (s, a,
  successor) is all that is needed to write the values later: no communication, no assembly maps.
*/
#include "mdp_impl.h"

/* Work space for one row, before and after equal successors are merged. */
typedef struct {
  PetscInt   capacity; /* A · max_successors + 1 */
  PetscInt   size;     /* distinct successors, the state itself included */
  PetscInt   own;      /* how many of them this rank owns */
  PetscInt  *columns;  /* [size] distinct successors: own ones ascending, then the others ascending */
  PetscInt  *scratch;  /* [capacity] */
  PetscInt   entries;  /* over all actions */
  PetscInt  *count;    /* [A] */
  PetscInt  *next;     /* [entries] */
  PetscReal *p;        /* [entries] */
} Row;

static PetscErrorCode RowCreate(MfgModel model, Row *row)
{
  PetscInt max_successors;

  PetscFunctionBegin;
  PetscCall(MfgGameGetMaxSuccessors(model->game, &max_successors));
  row->capacity = model->actions * max_successors + 1;
  PetscCall(PetscMalloc5(row->capacity, &row->columns, row->capacity, &row->scratch, model->actions,
                         &row->count, row->capacity, &row->next, row->capacity, &row->p));
  PetscFunctionReturn(0);
}

static PetscErrorCode RowDestroy(Row *row)
{
  PetscFunctionBegin;
  PetscCall(PetscFree5(row->columns, row->scratch, row->count, row->next, row->p));
  PetscFunctionReturn(0);
}

static PetscErrorCode RowFill(MfgModel model, PetscInt s, Row *row)
{
  PetscInt begin = 0;

  PetscFunctionBegin;
  row->entries = 0;
  row->size = 0;
  for (PetscInt a = 0; a < model->actions; a++) {
    PetscInt *const  next = &row->next[row->entries];
    PetscReal *const p = &row->p[row->entries];

    PetscCall(MfgModelGetSuccessors_Private(model, s, a, NULL, &row->count[a], next, p));
    for (PetscInt i = 0; i < row->count[a]; i++) row->columns[row->entries + i] = next[i];
    row->entries += row->count[a];
  }
  row->columns[row->entries] = s; /* the diagonal is always there, for αI + βP */
  row->size = row->entries + 1;
  PetscCall(PetscSortRemoveDupsInt(&row->size, row->columns));
  PetscCheck(row->size <= 65535, PETSC_COMM_SELF, PETSC_ERR_SUP,
             "State %" PetscInt_FMT " has %" PetscInt_FMT " distinct successors; at most 65535 are supported",
             s, row->size);
  /* Rotate the columns so that this rank's come first: PETSc keeps the two blocks apart. */
  while (begin < row->size && row->columns[begin] < model->begin) begin++;
  row->own = 0;
  while (begin + row->own < row->size && row->columns[begin + row->own] < model->end) row->own++;
  PetscCall(PetscArraycpy(row->scratch, row->columns, begin));
  PetscCall(PetscArraymove(row->columns, row->columns + begin, row->own));
  PetscCall(PetscArraycpy(row->columns + row->own, row->scratch, begin));
  PetscFunctionReturn(0);
}

/* The slot of a successor that the row has. */
static MfgSlot FindSlot(MfgModel model, const Row *row, PetscInt column)
{
  PetscInt low = row->own, high = row->size; /* the column lies in [low, high) */

  if (column >= model->begin && column < model->end) {
    low = 0;
    high = row->own;
  }
  while (high - low > 1) {
    const PetscInt middle = low + (high - low) / 2;

    if (row->columns[middle] <= column)
      low = middle;
    else
      high = middle;
  }
  return (MfgSlot)low;
}

/* Append row i to the transitions. Successors come in the order of the row, so slots ascend in each action.
 */
static void StoreRow(MfgModel model, PetscInt i, const Row *row, PetscInt *stored)
{
  MfgTransitions *t = &model->transitions;

  for (PetscInt a = 0; a < model->actions; a++) t->count[i * model->actions + a] = (MfgSlot)row->count[a];
  for (PetscInt e = 0; e < row->entries; e++) {
    t->slot[*stored + e] = FindSlot(model, row, row->next[e]);
    t->p[*stored + e] = row->p[e];
  }
  *stored += row->entries;
  model->kernel.diagonal[i] = FindSlot(model, row, model->begin + i);
}

/* Room for the row of a deterministic policy, whichever action it takes; the diagonal is extra. */
static void CountGreedy(MfgModel model, const Row *row)
{
  PetscInt most_own = 0, most_ghost = 0, e = 0;

  for (PetscInt a = 0; a < model->actions; a++) {
    PetscInt own = 0;

    for (PetscInt k = e; k < e + row->count[a]; k++)
      if (row->next[k] >= model->begin && row->next[k] < model->end) own++;
    most_own = PetscMax(most_own, own);
    most_ghost = PetscMax(most_ghost, row->count[a] - own);
    e += row->count[a];
  }
  model->kernel.greedy_own += most_own + 1;
  model->kernel.greedy_ghost += most_ghost;
}

/* The largest row, and how much room the transitions and the columns of all rows need. */
static PetscErrorCode CountRows(MfgModel model, Row *row, PetscInt *columns)
{
  PetscFunctionBegin;
  *columns = 0;
  model->transitions.entries = 0;
  for (PetscInt i = 0; i < model->local; i++) {
    PetscCall(RowFill(model, model->begin + i, row));
    PetscCheck(
        row->entries <= PETSC_MAX_INT - model->transitions.entries, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
        "More transitions on a rank than an index can count: use more ranks or a PETSc with 64-bit indices");
    model->transitions.entries += row->entries;
    *columns += row->size;
    model->kernel.max_row = PetscMax(model->kernel.max_row, row->size);
    CountGreedy(model, row);
  }
  PetscFunctionReturn(0);
}

/* Global CSR pattern of P^π, and the transitions. */
static PetscErrorCode FillRows(MfgModel model, Row *row, PetscInt i_start[], PetscInt columns[])
{
  PetscInt stored = 0;

  PetscFunctionBegin;
  i_start[0] = 0;
  for (PetscInt i = 0; i < model->local; i++) {
    PetscCall(RowFill(model, model->begin + i, row));
    StoreRow(model, i, row, &stored);
    PetscCall(PetscArraycpy(columns + i_start[i], row->columns, row->size));
    PetscCall(PetscSortInt(row->size, columns + i_start[i]));
    i_start[i + 1] = i_start[i] + row->size;
  }
  PetscFunctionReturn(0);
}

/* Make the matrix and take hold of its blocks. */
static PetscErrorCode CreateMatrix(MfgModel model, const PetscInt i_start[], const PetscInt columns[])
{
  MfgKernel  *kernel = &model->kernel;
  PetscMPIInt size;
  PetscInt    n;
  PetscBool   done;

  PetscFunctionBegin;
  PetscCallMPI(MPI_Comm_size(model->comm, &size));
  PetscCall(MatCreate(model->comm, &kernel->mat));
  PetscCall(MatSetSizes(kernel->mat, model->local, model->local, model->states, model->states));
  PetscCall(MatSetType(kernel->mat, MATAIJ));
  PetscCall(MatSeqAIJSetPreallocationCSR(kernel->mat, i_start, columns, NULL));
  PetscCall(MatMPIAIJSetPreallocationCSR(kernel->mat, i_start, columns, NULL));
  kernel->own_block = kernel->mat;
  kernel->ghost_block = NULL;
  if (size > 1)
    PetscCall(MatMPIAIJGetSeqAIJ(kernel->mat, &kernel->own_block, &kernel->ghost_block, &kernel->ghosts));
  PetscCall(
      MatGetRowIJ(kernel->own_block, 0, PETSC_FALSE, PETSC_FALSE, &n, &kernel->own_i, &kernel->own_j, &done));
  PetscCheck(done, PETSC_COMM_SELF, PETSC_ERR_PLIB,
             "This PETSc gives no access to the rows of a SeqAIJ matrix");
  if (kernel->ghost_block) {
    PetscCall(MatGetSize(kernel->ghost_block, NULL, &kernel->ghost_count));
    PetscCall(MatGetRowIJ(kernel->ghost_block, 0, PETSC_FALSE, PETSC_FALSE, &n, &kernel->ghost_i,
                          &kernel->ghost_j, &done));
    PetscCheck(done, PETSC_COMM_SELF, PETSC_ERR_PLIB,
               "This PETSc gives no access to the rows of a SeqAIJ matrix");
  }
  PetscFunctionReturn(0);
}

/* How ghost values come to this rank. */
static PetscErrorCode CreateScatter(MfgModel model)
{
  IS from;

  PetscFunctionBegin;
  PetscCall(MatCreateVecs(model->kernel.mat, &model->rhs, &model->residual));
  PetscCall(VecCreateSeq(PETSC_COMM_SELF, model->kernel.ghost_count, &model->ghost_values));
  PetscCall(ISCreateGeneral(PETSC_COMM_SELF, model->kernel.ghost_count, model->kernel.ghosts,
                            PETSC_COPY_VALUES, &from));
  PetscCall(VecScatterCreate(model->rhs, from, model->ghost_values, NULL, &model->ghost_scatter));
  PetscCall(ISDestroy(&from));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelVote_Private(MfgModel model, PetscErrorCode local, const char *what)
{
  int mine = (int)local, worst;

  PetscFunctionBegin;
  PetscCallMPI(MPI_Allreduce(&mine, &worst, 1, MPI_INT, MPI_MAX, model->comm));
  PetscCheck(!worst, PETSC_COMM_SELF, (PetscErrorCode)worst, "The %s of the game are wrong (see above)",
             what);
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelBuildPattern_Private(MfgModel model)
{
  MfgTransitions *t = &model->transitions;
  Row             row;
  PetscInt       *i_start, *columns, room;
  PetscErrorCode  error;

  PetscFunctionBegin;
  PetscCall(RowCreate(model, &row));
  error = MfgModelVote_Private(model, CountRows(model, &row, &room), "transitions");
  if (error) PetscCall(RowDestroy(&row));
  PetscCall(error);
  PetscCall(PetscMalloc1(model->local * model->actions, &t->count));
  PetscCall(PetscMalloc1(t->entries, &t->slot));
  PetscCall(PetscMalloc1(t->entries, &t->p));
  PetscCall(PetscMalloc1(model->local, &model->kernel.diagonal));
  PetscCall(PetscMalloc1(model->local + 1, &i_start));
  PetscCall(PetscMalloc1(room, &columns));
  PetscCall(MfgModelVote_Private(model, FillRows(model, &row, i_start, columns), "transitions"));
  PetscCall(RowDestroy(&row));
  PetscCall(CreateMatrix(model, i_start, columns));
  PetscCall(PetscFree(i_start));
  PetscCall(PetscFree(columns));
  PetscCall(CreateScatter(model));
  PetscFunctionReturn(0);
}

PetscErrorCode MfgModelDestroyPattern_Private(MfgModel model)
{
  MfgKernel *kernel = &model->kernel;
  PetscInt   n;
  PetscBool  done;

  PetscFunctionBegin;
  if (kernel->own_block)
    PetscCall(MatRestoreRowIJ(kernel->own_block, 0, PETSC_FALSE, PETSC_FALSE, &n, &kernel->own_i,
                              &kernel->own_j, &done));
  if (kernel->ghost_block)
    PetscCall(MatRestoreRowIJ(kernel->ghost_block, 0, PETSC_FALSE, PETSC_FALSE, &n, &kernel->ghost_i,
                              &kernel->ghost_j, &done));
  PetscCall(MatDestroy(&kernel->mat));
  PetscCall(PetscFree(kernel->diagonal));
  PetscCall(PetscFree(model->transitions.count));
  PetscCall(PetscFree(model->transitions.slot));
  PetscCall(PetscFree(model->transitions.p));
  PetscCall(VecScatterDestroy(&model->ghost_scatter));
  PetscCall(VecDestroy(&model->ghost_values));
  PetscCall(VecDestroy(&model->rhs));
  PetscCall(VecDestroy(&model->residual));
  PetscFunctionReturn(0);
}
