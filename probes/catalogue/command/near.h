/* The program that was probably meant. */
#ifndef WALMEDIC_CATALOGUE_COMMAND_NEAR_H
#define WALMEDIC_CATALOGUE_COMMAND_NEAR_H

/* NULL when the name is that of a known program, or near to none. */
const char *near_program(const char *name);

#endif
