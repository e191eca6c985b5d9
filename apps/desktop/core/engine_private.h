/* What the three threads of the engine share. Only for engine*.c. */
#pragma once
#include "app_core/disk.h"
#include "app_core/engine.h"
#include "app_core/journal.h"
#include "app_core/keep.h"
#include "app_core/upload.h"

#include <pthread.h>

#define ENGINE_STREAMS_MAX 64 /* recordings of one session: displays that come and go */

enum stream_end { STREAM_GOES_ON = 0, STREAM_SENT, STREAM_REFUSED };

struct engine_stream {
    struct spool *spool; /* owned; any thread */
    enum stream_end end; /* of the sender */
};

struct engine {
    const struct platform *p; /* borrowed */
    /* SHA-256 of the file that runs, for the server to compare with those that it gave away; ""
     * where it cannot be read. */
    char program_hash[STR_HEX_MAX(VAULT_SHA256_SIZE)];
    struct disk_file *lock_file; /* owned */
    pthread_t control, monitor, sender;
    bool control_runs, monitor_runs, sender_runs;
    pthread_mutex_t lock;
    pthread_cond_t signal;

    /* guarded by `lock` */
    bool stopping;
    struct engine_view view;
    bool called;
    bool wants_pair, wants_agree, wants_again, wants_begin, wants_upload;
    struct pairing pairing;
    struct kept kept;  /* of view.phase > PHASE_PAIR */
    bool recording;    /* the server takes recordings */
    bool monitor_idle; /* the monitor has put everything into the spools */
    bool all_sent;
    int64_t skew_us;         /* this clock minus the server's */
    int64_t begun_us;        /* monotonic */
    struct journal *journal; /* owned; set when monitoring begins */
    struct engine_stream streams[ENGINE_STREAMS_MAX];
    size_t streams_len;

    /* set by `control` while nobody monitors, then read only */
    struct programs *programs; /* owned */
    struct buf agreement;      /* with a NUL */
    bool has_agreement;        /* guarded */
};

void *engine_control_main(void *engine);
void *engine_monitor_main(void *engine);
void *engine_sender_main(void *engine);

/* Waits for a signal, at most so long; false when the engine stops. */
bool engine_wait(struct engine *e, int64_t us);
void engine_signal(struct engine *e);
void engine_say(struct engine *e, const char *format, ...) PRINTF_LIKE(2, 3); /* view.message */
enum phase engine_phase(struct engine *e);
/* Moves the phase and wakes everybody. */
MUST_USE bool engine_move(struct engine *e, enum sitting_input input, struct error *err);
/* Opens the journal and the spools that are there, ended as they are. */
MUST_USE bool engine_open_spools(struct engine *e, struct error *err);
