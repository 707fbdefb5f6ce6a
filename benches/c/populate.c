// populate DIR ORDERS COOLDOWNS: fills a state directory with so many pending orders and cooldowns that are over, BTCUSD's and
// that of every ticker among the latter.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DOCUMENT_BYTES = 2048 };

static const char *const HEADER = "{\n  \"format\": \"nija.%s\",\n  \"version\": \"1.0\",\n  \"revision\": 1,\n"
                                  "  \"updated_at\": \"2026-03-02T09:30:00.250Z\",\n";
static const char *const LOCK = "{\n      \"id\": \"c-0000%04d\",\n      \"side\": \"both\",\n"
                                "      \"until\": \"2026-03-02T10:30:00.250Z\",\n      \"cause\": {\n"
                                "        \"source\": \"CLI\",\n        \"rule\": null,\n        \"reason\": \"stop-loss\",\n"
                                "        \"actor\": {\n          \"uid\": 1000,\n          \"user\": \"bot\",\n"
                                "          \"operator\": null\n        },\n        \"host\": \"trade-1\",\n"
                                "        \"at\": \"2026-03-02T09:30:00.250Z\"\n      },\n      \"stop_losses\": [],\n"
                                "      \"extended\": null,\n      \"released\": null\n    }";

static void fail(const char *doing, const char *what) {
    fprintf(stderr, "cannot %s %s: %s\n", doing, what, strerror(errno));
    exit(74);
}

static int folder(const char *state, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", state, name);
    if (mkdir(path, 0755) && errno != EEXIST) fail("make", path);
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) fail("open", path);
    return directory;
}

static void put(int directory, const char *name, const char *text) {
    int file = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) fail("write", name);
    close(file);
}

static void put_cooldown(int directory, const char *file, const char *ticker, int number) {
    char text[DOCUMENT_BYTES], lock[DOCUMENT_BYTES / 2], header[256];
    snprintf(header, sizeof header, HEADER, "cooldown");
    snprintf(lock, sizeof lock, LOCK, number % 10000);
    snprintf(text, sizeof text, "%s  \"ticker\": \"%s\",\n  \"locks\": [\n    %s\n  ],\n  \"stop_losses\": []\n}\n", header,
             ticker, lock);
    put(directory, file, text);
}

static void put_order(int directory, int number) {
    char text[DOCUMENT_BYTES], header[256], name[64];
    snprintf(header, sizeof header, HEADER, "order");
    snprintf(text, sizeof text,
             "%s  \"id\": \"o-%d\",\n  \"symbol\": \"BTC-USD\",\n  \"side\": \"buy\",\n  \"qty\": \"0.5\",\n"
             "  \"state\": \"pending\"\n}\n",
             header, number);
    snprintf(name, sizeof name, "o-%d.json", number);
    put(directory, name, text);
}

int main(int count, char **words) {
    char ticker[32], file[64];
    if (count != 4) return 64;
    int orders = folder(words[1], "orders"), cooldowns = folder(words[1], "cooldowns");
    for (int i = 0; i < atoi(words[2]); i++) put_order(orders, i);
    for (int i = 0; i < atoi(words[3]); i++) {
        snprintf(ticker, sizeof ticker, "T%dUSD", i);
        snprintf(file, sizeof file, "%s.json", ticker);
        put_cooldown(cooldowns, file, ticker, i);
    }
    put_cooldown(cooldowns, "BTCUSD.json", "BTCUSD", 0);
    put_cooldown(cooldowns, "%2A.json", "*", 0);
    return 0;
}
