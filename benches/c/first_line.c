// first_line [-b DEVICE] [-c CPU] ROUNDS PLAN: times commands in interleaved rounds, to their first line on stdout and to their end.
//
// PLAN holds one command per line, tab-separated: label, state directory, snapshot to bring it back to before each run,
// file that the run must create, start of the first line, words of the command. `-` stands for none.
// Prints each command's times, then the median of the pairwise ratios of every two commands. With -b, what each run made
// the block device do is counted as well.
#define _GNU_SOURCE
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>

#include "reset.h"

extern char **environ;

enum { COMMANDS_MAX = 16, WORDS_MAX = 40, LINE_BYTES = 8192, WARMUP_ROUNDS = 3 };
enum { LINE, EXIT, WRITES, FLUSHES, COMMITS, METRICS };
static const char *const METRIC_NAMES[METRICS] = {"line", "exit", "writes", "flushes", "commits"};

struct command {
    char *label, *state, *snapshot, *creates, *begins;
    char *words[WORDS_MAX];
    double *samples[METRICS];
    int failures;
};

static struct command commands[COMMANDS_MAX];
static int command_count, rounds;
static const char *device;

static double now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static char *field(char **rest) {
    char *word = strsep(rest, "\t");
    return word && strcmp(word, "-") ? word : NULL;
}

static void read_plan(const char *path) {
    char line[LINE_BYTES];
    FILE *plan = fopen(path, "re");
    if (!plan) fail("open", path);
    while (command_count < COMMANDS_MAX && fgets(line, sizeof line, plan)) {
        line[strcspn(line, "\n")] = 0;
        if (!*line) continue;
        struct command *command = &commands[command_count++];
        char *rest = strdup(line), *word;
        command->label = field(&rest);
        command->state = field(&rest);
        command->snapshot = field(&rest);
        command->creates = field(&rest);
        command->begins = field(&rest);
        for (int i = 0; i < WORDS_MAX - 1 && (word = strsep(&rest, "\t")); i++) command->words[i] = word;
        for (int m = 0; m < METRICS; m++) command->samples[m] = calloc(rounds, sizeof(double));
    }
    fclose(plan);
}

// Requests and flushes come from the block layer; jbd2 counts its own commits, the exact answer to "how many".
static void count_io(double out[METRICS]) {
    char path[PATH_MAX];
    long long fields[17] = {0}, commits = 0;
    snprintf(path, sizeof path, "/sys/block/%s/stat", device);
    FILE *stat = fopen(path, "re");
    if (!stat) fail("open", path);
    for (int i = 0; i < 17; i++)
        if (fscanf(stat, "%lld", &fields[i]) != 1) fail("read", path);
    fclose(stat);
    snprintf(path, sizeof path, "/proc/fs/jbd2/%s-8/info", device);
    FILE *journal = fopen(path, "re");
    if (!journal || fscanf(journal, "%lld", &commits) != 1) fail("read", path);
    fclose(journal);
    out[WRITES] = fields[4];
    out[FLUSHES] = fields[15];
    out[COMMITS] = commits;
}

static void sync_file_system(const char *path) {
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0 || syncfs(directory)) fail("sync", path);
    close(directory);
}

static void prepare(const struct command *command) {
    if (command->state && command->snapshot) reset_directory(command->state, command->snapshot);
    if (command->creates && !access(command->creates, F_OK)) {
        fprintf(stderr, "%s: %s is still there after the reset\n", command->label, command->creates);
        exit(70);
    }
    if (device) sync_file_system(command->state);
}

static void check(const struct command *command, const char *line, size_t held) {
    int said = !command->begins || (held && !strncmp(line, command->begins, strlen(command->begins)));
    int created = !command->creates || !access(command->creates, F_OK);
    if (said && created) return;
    fprintf(stderr, "%s: first line '%.*s', wanted '%s'; %s %s\n", command->label, (int)held, line,
            command->begins ? command->begins : "", command->creates ? command->creates : "",
            created ? "exists" : "was not created");
    exit(70);
}

// Starts the command with its stdout on a pipe and returns the end to read from.
static int start(const struct command *command, pid_t *child) {
    int ends[2];
    posix_spawn_file_actions_t actions;
    if (pipe2(ends, O_CLOEXEC)) fail("open", "a pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    errno = posix_spawnp(child, command->words[0], &actions, NULL, (char *const *)command->words, environ);
    if (errno) fail("start", command->words[0]);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    return ends[0];
}

static void run(struct command *command, double out[METRICS]) {
    char said[LINE_BYTES];
    size_t held = 0;
    ssize_t got;
    double before[METRICS] = {0}, after[METRICS] = {0};
    int status;
    pid_t child;
    prepare(command);
    if (device) count_io(before);
    out[LINE] = 0;
    double from_us = now_us();
    int output = start(command, &child);
    while (held < sizeof said && (got = read(output, said + held, sizeof said - held)) > 0) {
        if (!out[LINE] && memchr(said + held, '\n', got)) out[LINE] = now_us() - from_us;
        held += got;
    }
    wait4(child, &status, 0, NULL);
    out[EXIT] = now_us() - from_us;
    if (device) count_io(after);
    for (int m = WRITES; m < METRICS; m++) out[m] = after[m] - before[m];
    close(output);
    char *newline = memchr(said, '\n', held);
    check(command, said, newline ? (size_t)(newline - said) : held);
    command->failures += status != 0;
}

// The order turns with the rounds: what a command leaves behind for the next one must not always meet the same one.
static void run_all(void) {
    double measured[METRICS];
    for (int round = -WARMUP_ROUNDS; round < rounds; round++) {
        for (int i = 0; i < command_count; i++) {
            struct command *command = &commands[(i + round + WARMUP_ROUNDS) % command_count];
            if (round == 0) command->failures = 0;
            run(command, measured);
            for (int m = 0; m < METRICS && round >= 0; m++) command->samples[m][round] = measured[m];
        }
    }
}

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static int clamp(double index) { return index < 0 ? 0 : index > rounds - 1 ? rounds - 1 : (int)index; }

static void print_times(const struct command *command, int metric) {
    double sorted[rounds];
    memcpy(sorted, command->samples[metric], sizeof sorted);
    qsort(sorted, rounds, sizeof(double), ascending);
    if (metric == LINE && sorted[0] == 0) return;
    printf("%-8s %-16s %10.0f %10.0f %10.0f %10.0f\n", METRIC_NAMES[metric], command->label, sorted[0],
           sorted[rounds / 2], sorted[rounds * 9 / 10], sorted[rounds - 1]);
}

// The interval holds the true median with 95 % confidence: the order statistics at n/2 +- 0.98 sqrt(n).
static void print_ratio(const struct command *of, const struct command *to, int metric) {
    double ratios[rounds], width = 0;
    for (int i = 0; i < rounds; i++) {
        if (!to->samples[metric][i] || !of->samples[metric][i]) return;
        ratios[i] = of->samples[metric][i] / to->samples[metric][i];
    }
    qsort(ratios, rounds, sizeof(double), ascending);
    while (width * width < 0.9604 * rounds) width += 1;
    printf("ratio %-5s %-16s %-16s %8.3f %8.3f %8.3f\n", METRIC_NAMES[metric], of->label, to->label,
           ratios[rounds / 2], ratios[clamp(rounds / 2 - width)], ratios[clamp(rounds / 2 + width)]);
}

static void report(void) {
    printf("%-8s %-16s %10s %10s %10s %10s\n", "to", "command", "min", "median", "p90", "max");
    for (int m = 0; m < (device ? METRICS : WRITES); m++)
        for (int i = 0; i < command_count; i++) print_times(&commands[i], m);
    for (int i = 0; i < command_count; i++)
        if (commands[i].failures) printf("failures %s %d of %d\n", commands[i].label, commands[i].failures, rounds);
    for (int m = LINE; m <= EXIT; m++)
        for (int i = 0; i < command_count; i++)
            for (int j = 0; j < command_count; j++)
                if (i != j) print_ratio(&commands[i], &commands[j], m);
}

static void pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set)) fail("pin to", "that processor");
}

int main(int count, char **words) {
    for (int option; (option = getopt(count, words, "+b:c:")) != -1;) {
        if (option == 'b') device = optarg;
        else if (option == 'c') pin(atoi(optarg));
        else return 64;
    }
    if (count - optind != 2 || (rounds = atoi(words[optind])) < 1) return 64;
    read_plan(words[optind + 1]);
    run_all();
    report();
    return 0;
}
