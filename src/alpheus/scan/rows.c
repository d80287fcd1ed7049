/* What the columnar pass does with every line, in a few instructions for each byte.

   The same as `clock.py` and `columns.py` do with arrays; used where a compiler was at hand when the
   package was built. Nothing here allocates, and nothing is read or written outside of what is
   given. Loaded by `native.py`, which is the only caller.
*/

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define DATE_LENGTH 11 /* 2021-03-03 and its separator */
#define TIME_LENGTH 19

struct key {
    uint8_t delimiter;
    int64_t width; /* how many columns a line must have; 0 for any */
    int64_t runs;
    const int64_t *low; /* first column of each run of neighbours */
    const int64_t *high;
    const uint8_t *text; /* the bytes of all runs, one after the other */
    const int64_t *length;
};

struct day {
    int64_t first; /* milliseconds since midnight */
    int64_t last;
    int64_t hours[24];
};

/* Where lines begin and end, LF or CR LF not included; at most `room` of them. */
size_t alpheus_lines(const uint8_t *data, size_t size, int64_t *starts, int64_t *ends, size_t room)
{
    size_t count = 0, at = 0;
    while (at < size && count < room) {
        const uint8_t *found = memchr(data + at, '\n', size - at);
        size_t end = found ? (size_t)(found - data) : size;
        starts[count] = (int64_t)at;
        ends[count] = (int64_t)(end > at && data[end - 1] == '\r' ? end - 1 : end);
        count++;
        at = end + 1;
    }
    return count;
}

/* How many LF there are. The sums fit in a byte, so that a compiler can make sixteen at once. */
size_t alpheus_count(const uint8_t *data, size_t size)
{
    enum { LANES = 32, ROUNDS = 255 };
    size_t count = 0, at = 0;
    while (size - at >= LANES) {
        uint8_t sums[LANES] = {0};
        for (int round = 0; round < ROUNDS && size - at >= LANES; round++, at += LANES)
            for (int lane = 0; lane < LANES; lane++)
                sums[lane] = (uint8_t)(sums[lane] + (data[at + (size_t)lane] == '\n'));
        for (int lane = 0; lane < LANES; lane++)
            count += sums[lane];
    }
    for (; at < size; at++)
        count += data[at] == '\n';
    return count;
}

static int pair(const uint8_t *text, int most)
{
    unsigned tens = (unsigned)text[0] - '0', ones = (unsigned)text[1] - '0';
    if (tens > 9 || ones > 9)
        return -1;
    int number = (int)(tens * 10 + ones);
    return number <= most ? number : -1;
}

/* Milliseconds since midnight of the time behind the date, with at most three digits of fraction;
   -1 if it is none. */
static int64_t moment(const uint8_t *line, size_t size)
{
    const uint8_t *text = line + DATE_LENGTH;
    int hour = pair(text, 23), minute = pair(text + 3, 59), second = pair(text + 6, 59);
    if (hour < 0 || minute < 0 || second < 0 || text[2] != ':' || text[5] != ':')
        return -1;
    int64_t found = ((hour * 60 + minute) * 60 + second) * (int64_t)1000;
    if (size > TIME_LENGTH && (line[TIME_LENGTH] == '.' || line[TIME_LENGTH] == ',')) {
        int weight = 100;
        for (size_t at = TIME_LENGTH + 1; at < size && weight; at++, weight /= 10) {
            unsigned digit = (unsigned)line[at] - '0';
            if (digit > 9)
                break;
            found += (int64_t)digit * weight;
        }
    }
    return found;
}

#define NOWHERE ((size_t)-1)

/* The place behind the next `need` delimiters from `at` on; NOWHERE if there are fewer, or if a double
   quote stands before. */
static size_t behind(const uint8_t *line, size_t at, size_t size, uint8_t delimiter, int64_t need)
{
    if (need <= 0)
        return at;
#ifdef __SSE2__
    const __m128i wanted = _mm_set1_epi8((char)delimiter), quote = _mm_set1_epi8('"');
    for (; size - at >= 16; at += 16) {
        const __m128i text = _mm_loadu_si128((const __m128i *)(const void *)(line + at));
        unsigned marks = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(text, wanted));
        unsigned quotes = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(text, quote));
        for (; marks; marks &= marks - 1) {
            if (--need)
                continue;
            unsigned lowest = marks & (0u - marks);
            return quotes & (lowest - 1) ? NOWHERE : at + (size_t)__builtin_ctz(lowest) + 1;
        }
        if (quotes)
            return NOWHERE;
    }
#endif
    for (; at < size; at++) {
        if (line[at] == '"')
            return NOWHERE;
        if (line[at] == delimiter && !--need)
            return at + 1;
    }
    return NOWHERE;
}

/* Whether a line has these bytes in its key columns, no double quote before their end, and the
   right number of columns. */
static int has_key(const uint8_t *line, size_t size, const struct key *key)
{
    size_t at = 0;
    int64_t column = 0;
    const uint8_t *text = key->text;
    for (int64_t run = 0; run < key->runs; run++) {
        at = behind(line, at, size, key->delimiter, key->low[run] - column);
        size_t length = (size_t)key->length[run];
        if (at == NOWHERE || size - at < length || memcmp(line + at, text, length) != 0)
            return 0;
        at += length;
        text += length;
        if (at < size && line[at] != key->delimiter)
            return 0;
        column = key->high[run];
    }
    if (!key->width)
        return 1;
    for (; at < size; at++)
        column += line[at] == key->delimiter;
    return column == key->width - 1;
}

/* Count lines from `at` on while each is a row that begins with `date` (11 bytes) and has the key;
   of the first `trusted` ones, the key is not looked at. Returns how many were counted. */
size_t alpheus_run(const uint8_t *data, const int64_t *starts, const int64_t *ends, size_t at,
                   size_t count, const uint8_t *date, const struct key *key, size_t trusted,
                   struct day *day)
{
    size_t begin = at;
    for (; at < count; at++) {
        const uint8_t *line = data + starts[at];
        size_t size = (size_t)(ends[at] - starts[at]);
        if (size < TIME_LENGTH || memcmp(line, date, DATE_LENGTH) != 0)
            break;
        int64_t found = moment(line, size);
        if (found < 0)
            break;
        if (at - begin >= trusted && !has_key(line, size, key))
            break;
        if (at == begin || found < day->first)
            day->first = found;
        if (at == begin || found > day->last)
            day->last = found;
        day->hours[found / 3600000]++;
    }
    return at - begin;
}
