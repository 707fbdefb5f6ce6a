// update_sqlite DIR PROCESSES UPDATES: what `update contend` of benches/update.rs does, on SQLite in WAL mode with synchronous=FULL.
//
// Every process reads its own row, changes it and writes it back in one transaction. Prints the same line as the Rust side.
#define _GNU_SOURCE
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DOCUMENT_BYTES = 400, BUSY_MS = 60000 };

static double now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static sqlite3 *must(sqlite3 *db, int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return db;
    fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
    exit(70);
}

static sqlite3 *open_database(const char *path) {
    sqlite3 *db;
    must(db, sqlite3_open(path, &db));
    sqlite3_busy_timeout(db, BUSY_MS);
    must(db, sqlite3_exec(db, "pragma journal_mode=wal; pragma synchronous=full", 0, 0, 0));
    return db;
}

static void make_rows(const char *path, int processes) {
    sqlite3 *db = open_database(path);
    must(db, sqlite3_exec(db, "create table heartbeats(name text primary key, seq int, document text) without rowid", 0, 0, 0));
    char statement[256];
    for (int i = 0; i < processes; i++) {
        snprintf(statement, sizeof statement,
                 "insert into heartbeats values('bot-%d', 0, hex(zeroblob(%d)))", i, DOCUMENT_BYTES / 2);
        must(db, sqlite3_exec(db, statement, 0, 0, 0));
    }
    sqlite3_close(db);
}

static sqlite3_stmt *compile(sqlite3 *db, const char *text) {
    sqlite3_stmt *statement;
    must(db, sqlite3_prepare_v2(db, text, -1, &statement, 0));
    return statement;
}

static void update(sqlite3 *db, sqlite3_stmt *steps[4], const char *name) {
    char document[DOCUMENT_BYTES + 1];
    must(db, sqlite3_step(steps[0]));
    sqlite3_reset(steps[0]);
    sqlite3_bind_text(steps[1], 1, name, -1, SQLITE_STATIC);
    must(db, sqlite3_step(steps[1]));
    int seq = sqlite3_column_int(steps[1], 0) + 1;
    snprintf(document, sizeof document, "%s", (const char *)sqlite3_column_text(steps[1], 1));
    sqlite3_reset(steps[1]);
    int digits = snprintf(document, sizeof document, "%d", seq);
    document[digits] = ' ';
    sqlite3_bind_int(steps[2], 1, seq);
    sqlite3_bind_text(steps[2], 2, document, -1, SQLITE_STATIC);
    sqlite3_bind_text(steps[2], 3, name, -1, SQLITE_STATIC);
    must(db, sqlite3_step(steps[2]));
    sqlite3_reset(steps[2]);
    must(db, sqlite3_step(steps[3]));
    sqlite3_reset(steps[3]);
}

static void work(const char *path, int index, int updates, int start, int ready, double *waits_ms) {
    char name[32], byte = 0;
    sqlite3 *db = open_database(path);
    sqlite3_stmt *steps[4] = {compile(db, "begin immediate"),
                              compile(db, "select seq, document from heartbeats where name = ?"),
                              compile(db, "update heartbeats set seq = ?, document = ? where name = ?"),
                              compile(db, "commit")};
    snprintf(name, sizeof name, "bot-%d", index);
    if (write(ready, &byte, 1) != 1 || read(start, &byte, 1) < 0) exit(70);
    for (int i = 0; i < updates; i++) {
        double from_ms = now_ms();
        update(db, steps, name);
        waits_ms[i] = now_ms() - from_ms;
    }
    _exit(0);
}

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static int kept(const char *path) {
    sqlite3 *db = open_database(path);
    sqlite3_stmt *sum = compile(db, "select sum(seq) from heartbeats");
    must(db, sqlite3_step(sum));
    return sqlite3_column_int(sum, 0);
}

int main(int count, char **words) {
    if (count != 4) return 64;
    char path[PATH_MAX], byte;
    int processes = atoi(words[2]), updates = atoi(words[3]), total = processes * updates;
    snprintf(path, sizeof path, "%s/state.db", words[1]);
    make_rows(path, processes);
    double *waits_ms = mmap(0, total * sizeof(double), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int start[2], ready[2];
    if (waits_ms == MAP_FAILED || pipe(start) || pipe(ready)) return 70;
    for (int i = 0; i < processes; i++) {
        if (fork()) continue;
        close(start[1]);
        work(path, i, updates, start[0], ready[1], waits_ms + i * updates);
    }
    for (int i = 0; i < processes; i++)
        if (read(ready[0], &byte, 1) != 1) return 70;
    double from_ms = now_ms();
    close(start[1]);
    while (wait(NULL) > 0) {}
    double took_ms = now_ms() - from_ms;
    qsort(waits_ms, total, sizeof(double), ascending);
    printf("updates_per_s %.0f median_ms %.2f worst_ms %.1f lost %d\n", total / took_ms * 1e3, waits_ms[total / 2],
           waits_ms[total - 1], total - kept(path));
    return 0;
}
