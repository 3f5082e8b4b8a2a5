/* throng/throng.h: all public headers. */
#ifndef THRONG_H
#define THRONG_H

#include <throng/parameters.h>
#include <throng/game.h>
#include <throng/mdp.h>
#include <throng/solver.h>
#include <throng/experiment.h>

#endif
