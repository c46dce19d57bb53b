/* A short helper program's output, for what a link must know first (ssh -G, ssh-keygen -F). */
#ifndef WALMEDIC_LINK_CAPTURE_H
#define WALMEDIC_LINK_CAPTURE_H

struct capture;
struct loop;

typedef void capture_done(void *arg, int status, const char *out);
struct capture *capture_start(struct loop *l, const char *const *argv, capture_done *done, void *arg);
/* Ends it; done is not called. */
void capture_drop(struct capture *c);

#endif
