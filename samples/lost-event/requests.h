/* The device that L1 shows to L2: a request is a hypercall, its completion an interrupt. */
#ifndef REQUESTS_H
#define REQUESTS_H

/* Hypercall: start the request whose number is in RBX. */
#define HYPERCALL_START 3
/* Hypercall: L2 has what it wanted. */
#define HYPERCALL_DONE 4

#define REQUESTS 8
#define VECTOR_COMPLETED 0x41

#endif
