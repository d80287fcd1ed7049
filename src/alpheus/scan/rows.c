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

struct found {
    int64_t blank; /* lines that are empty */
    int64_t nul;   /* whether there is any NUL */
    int64_t bare;  /* whether there is any CR before something else than CR or LF */
};

struct bounds {
    const uint8_t *data;
    int64_t *starts;
    int64_t *ends;
    size_t room;
    size_t count;
    int64_t start; /* of the line that has not ended yet */
    int64_t blank;
};

static void end_line(struct bounds *bounds, int64_t end)
{
    int64_t start = bounds->start;
    int64_t last = end - (end > start && bounds->data[end - 1] == '\r');
    bounds->blank += last == start;
    if (bounds->count < bounds->room) {
        bounds->starts[bounds->count] = start;
        bounds->ends[bounds->count] = last;
    }
    bounds->count++;
    bounds->start = end + 1;
}

/* Where lines begin and end, LF or CR LF not included; LF ends them. Returns how many there are; where
   they are more than `room`, the bounds of the others are not told. */
size_t alpheus_bounds(const uint8_t *data, size_t size, int64_t *starts, int64_t *ends, size_t room,
                      struct found *found)
{
    struct bounds bounds = {data, starts, ends, room, 0, 0, 0};
    size_t at = 0;
    int nul = 0, bare = 0;
    uint64_t carried = 0; /* whether the last byte was a CR */
#ifdef __SSE2__
    const __m128i feed = _mm_set1_epi8('\n'), zero = _mm_setzero_si128();
    const __m128i back = _mm_set1_epi8('\r');
    __m128i zeros = zero;
    for (; size - at >= 64; at += 64) {
        const __m128i *from = (const __m128i *)(const void *)(data + at);
        __m128i part[4];
        uint64_t feeds = 0, returns = 0;
        for (int place = 0; place < 4; place++) {
            part[place] = _mm_loadu_si128(from + place);
            zeros = _mm_or_si128(zeros, _mm_cmpeq_epi8(part[place], zero));
            feeds |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(part[place], feed))
                     << (16 * place);
            returns |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(part[place], back))
                       << (16 * place);
        }
        bare |= ((returns << 1 | carried) & ~(feeds | returns)) != 0;
        carried = returns >> 63;
        for (; feeds; feeds &= feeds - 1)
            end_line(&bounds, (int64_t)at + __builtin_ctzll(feeds));
    }
    nul = _mm_movemask_epi8(zeros) != 0;
#endif
    for (; at < size; at++) {
        nul |= !data[at];
        bare |= carried && data[at] != '\n' && data[at] != '\r';
        carried = data[at] == '\r';
        if (data[at] == '\n')
            end_line(&bounds, (int64_t)at);
    }
    if (bounds.start < (int64_t)size)
        end_line(&bounds, (int64_t)size);
    found->blank = bounds.blank;
    found->nul = nul;
    found->bare = bare;
    return bounds.count;
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

/* What makes two rows repeats of one another, column by column in ascending order. */
enum role {
    SAME,    /* the same bytes */
    PRESENT, /* both hold something, or neither: `-` is nothing */
    LONGEST, /* likewise; the longest is told */
    NUMBER,  /* anything; numbers are added up */
    FEW      /* the same bytes, or both are none of the first FEW_KEPT texts that rows have which are
                alike in all else, or both hold nothing */
};
enum {
    MOST_COLUMNS = 24,
    MOST_NUMBERS = 4,
    MOST_FEW = 2,
    FEW_KEPT = 16,
    HOUR_LENGTH = 13,
    DIGITS = 16
};

struct likeness {
    uint8_t delimiter;
    int64_t width;
    int64_t count; /* at most MOST_COLUMNS */
    const int64_t *column;
    const int64_t *role;
};

struct numbers {
    int64_t count;
    int64_t total;
    int64_t least;
    int64_t most;
};

struct group {
    int64_t line; /* the first of them */
    int64_t count;
    int64_t first; /* milliseconds since midnight */
    int64_t last;
    int64_t longest; /* characters of the longest text in the column of that role */
    struct numbers numbers[MOST_NUMBERS];
    int64_t family;
    int64_t kinds;
};

struct few {
    int64_t count;
    const uint8_t *text[FEW_KEPT];
    int64_t size[FEW_KEPT];
};

/* Groups that differ in columns of role FEW only. */
struct family {
    int64_t line;
    uint64_t hash;
    int64_t begin[MOST_COLUMNS];
    int64_t end[MOST_COLUMNS];
    struct few few[MOST_FEW];
};

static int is_nothing(const uint8_t *text, int64_t size)
{
    return size == 0 || (size == 1 && *text == '-');
}

/* Bytes of the character that begins here, as Python reads UTF-8; 0 if there is none. */
static size_t character(const uint8_t *text, size_t size)
{
    uint8_t first = *text, low = 0x80, high = 0xBF;
    size_t need = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first > 0xF4 || need > size)
        return 0;
    if (first == 0xE0)
        low = 0xA0;
    if (first == 0xED)
        high = 0x9F;
    if (first == 0xF0)
        low = 0x90;
    if (first == 0xF4)
        high = 0x8F;
    for (size_t at = 1; at < need; at++, low = 0x80, high = 0xBF)
        if (text[at] < low || text[at] > high)
            return 0;
    return need;
}

/* Characters of a part of a line. One line has one encoding: where any of it is not UTF-8, each byte
   is a character. */
static int64_t characters(const uint8_t *line, size_t size, int64_t begin, int64_t end)
{
    int64_t found = 0, at = begin;
    while (at < end && line[at] < 0x80)
        at++;
    if (at == end)
        return end - begin;
    for (size_t place = 0, step; place < size; place += step) {
        step = character(line + place, size - place);
        if (!step)
            return end - begin;
        found += (int64_t)place >= begin && (int64_t)place < end;
    }
    return found;
}

/* Where the columns of a likeness stand; 0 if a line has not exactly so many columns. */
static int columns_of(const uint8_t *line, size_t size, const struct likeness *like, int64_t *begin,
                      int64_t *end)
{
    int64_t column = 0, wanted = 0;
    size_t from = 0;
    for (;;) {
        const uint8_t *found = memchr(line + from, like->delimiter, size - from);
        size_t to = found ? (size_t)(found - line) : size;
        if (wanted < like->count && like->column[wanted] == column) {
            begin[wanted] = (int64_t)from;
            end[wanted] = (int64_t)to;
            wanted++;
        }
        column++;
        if (!found)
            return column == like->width && wanted == like->count;
        from = to + 1;
    }
}

static uint64_t mixed(uint64_t hash, const uint8_t *text, size_t size)
{
    for (; size >= 8; text += 8, size -= 8) {
        uint64_t word;
        memcpy(&word, text, 8);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    uint64_t word = 0;
    memcpy(&word, text, size);
    hash = (hash ^ word ^ ((uint64_t)size << 56)) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 32);
}

static uint64_t hash_of(const uint8_t *line, const struct likeness *like, const int64_t *begin,
                        const int64_t *end)
{
    uint64_t hash = mixed(0, line, HOUR_LENGTH);
    for (int64_t at = 0; at < like->count; at++) {
        int64_t size = end[at] - begin[at];
        if (like->role[at] == SAME)
            hash = mixed(hash, line + begin[at], (size_t)size);
        else if (like->role[at] == PRESENT || like->role[at] == LONGEST)
            hash = hash * 3 + (uint64_t)is_nothing(line + begin[at], size);
    }
    return hash;
}

static int are_alike(const uint8_t *line, const int64_t *begin, const int64_t *end,
                     const uint8_t *other, const struct family *family, const struct likeness *like)
{
    if (memcmp(line, other, HOUR_LENGTH) != 0)
        return 0;
    for (int64_t at = 0; at < like->count; at++) {
        int64_t size = end[at] - begin[at], known = family->end[at] - family->begin[at];
        const uint8_t *text = line + begin[at], *first = other + family->begin[at];
        if (like->role[at] == SAME) {
            if (size != known || memcmp(text, first, (size_t)size) != 0)
                return 0;
        } else if ((like->role[at] == PRESENT || like->role[at] == LONGEST) &&
                   is_nothing(text, size) != is_nothing(first, known)) {
            return 0;
        }
    }
    return 1;
}

static int64_t kind_of(struct few *few, const uint8_t *text, int64_t size)
{
    if (is_nothing(text, size))
        return FEW_KEPT + 1;
    for (int64_t at = 0; at < few->count; at++)
        if (few->size[at] == size && memcmp(few->text[at], text, (size_t)size) == 0)
            return at;
    if (few->count == FEW_KEPT)
        return FEW_KEPT;
    few->text[few->count] = text;
    few->size[few->count] = size;
    return few->count++;
}

/* Which of a family's groups a row belongs to. */
static int64_t kinds_of(struct family *family, const uint8_t *line, const struct likeness *like,
                        const int64_t *begin, const int64_t *end)
{
    int64_t kinds = 0, place = 0;
    for (int64_t at = 0; at < like->count; at++)
        if (like->role[at] == FEW && place < MOST_FEW)
            kinds = kinds * 32 +
                    kind_of(&family->few[place++], line + begin[at], end[at] - begin[at]);
    return kinds;
}

static void add_number(struct numbers *numbers, const uint8_t *text, int64_t size)
{
    int64_t found = 0;
    if (size <= 0 || size >= DIGITS)
        return;
    for (int64_t at = 0; at < size; at++) {
        unsigned digit = (unsigned)text[at] - '0';
        if (digit > 9)
            return;
        found = found * 10 + digit;
    }
    if (!numbers->count || found < numbers->least)
        numbers->least = found;
    if (!numbers->count || found > numbers->most)
        numbers->most = found;
    numbers->count++;
    numbers->total += found;
}

static void add_row(struct group *group, int64_t time, const uint8_t *line, size_t length,
                    const struct likeness *like, const int64_t *begin, const int64_t *end)
{
    if (!group->count || time < group->first)
        group->first = time;
    if (!group->count || time > group->last)
        group->last = time;
    group->count++;
    int64_t place = 0;
    for (int64_t at = 0; at < like->count; at++) {
        int64_t size = end[at] - begin[at];
        if (like->role[at] == LONGEST && size > group->longest &&
            !is_nothing(line + begin[at], size)) {
            int64_t found = characters(line, length, begin[at], end[at]);
            if (found > group->longest)
                group->longest = found;
        } else if (like->role[at] == NUMBER && place < MOST_NUMBERS) {
            add_number(&group->numbers[place++], line + begin[at], size);
        }
    }
}

/* What `alpheus_repeats` fills while it runs: open addressing; families stand in the table under
   twice their number, groups under twice theirs and one. */
struct repeats {
    const uint8_t *data;
    const int64_t *starts;
    const struct likeness *like;
    struct group *groups;
    struct family *families;
    int64_t *table;
    size_t slots;
    size_t known;  /* groups */
    size_t kindred; /* families */
};

static int64_t family_of(struct repeats *repeats, int64_t number, const int64_t *begin,
                         const int64_t *end)
{
    const uint8_t *line = repeats->data + repeats->starts[number];
    uint64_t hash = hash_of(line, repeats->like, begin, end);
    size_t slot = (size_t)hash & (repeats->slots - 1);
    for (; repeats->table[slot] >= 0; slot = (slot + 1) & (repeats->slots - 1)) {
        struct family *family = &repeats->families[repeats->table[slot] / 2];
        if (repeats->table[slot] % 2 == 0 && family->hash == hash &&
            are_alike(line, begin, end, repeats->data + repeats->starts[family->line], family,
                      repeats->like))
            return repeats->table[slot] / 2;
    }
    int64_t found = (int64_t)repeats->kindred++;
    struct family *family = &repeats->families[found];
    family->line = number;
    family->hash = hash;
    memcpy(family->begin, begin, (size_t)repeats->like->count * sizeof *begin);
    memcpy(family->end, end, (size_t)repeats->like->count * sizeof *end);
    for (int place = 0; place < MOST_FEW; place++)
        family->few[place].count = 0;
    repeats->table[slot] = 2 * found;
    return found;
}

static int64_t group_of(struct repeats *repeats, int64_t number, int64_t family, int64_t kinds)
{
    uint64_t hash = (repeats->families[family].hash ^ (uint64_t)(kinds + 1)) * 0x9E3779B97F4A7C15u;
    size_t slot = (size_t)(hash >> 20) & (repeats->slots - 1);
    for (; repeats->table[slot] >= 0; slot = (slot + 1) & (repeats->slots - 1)) {
        struct group *group = &repeats->groups[repeats->table[slot] / 2];
        if (repeats->table[slot] % 2 == 1 && group->family == family && group->kinds == kinds)
            return repeats->table[slot] / 2;
    }
    int64_t found = (int64_t)repeats->known++;
    struct group *group = &repeats->groups[found];
    memset(group, 0, sizeof *group);
    group->line = number;
    group->family = family;
    group->kinds = kinds;
    repeats->table[slot] = 2 * found + 1;
    return found;
}

/* How many bytes `alpheus_repeats` needs for each line in `room`. */
size_t alpheus_repeats_room(void)
{
    return sizeof(struct family);
}

/* Put lines that repeat one another within an hour into groups. `lines` are the numbers of `count`
   lines, all of which begin with a valid time; `found[n]` becomes the group of the n-th of them, -1 if
   it has another number of columns. `groups` and `room` have room for `count`; `table` for `slots`, a
   power of two of at least four times as many, all of them -1. Returns how many groups there are. */
size_t alpheus_repeats(const uint8_t *data, const int64_t *starts, const int64_t *ends,
                       const int64_t *lines, size_t count, const struct likeness *like,
                       struct group *groups, void *room, int64_t *found, int64_t *table,
                       size_t slots)
{
    struct repeats repeats = {data, starts, like, groups, room, table, slots, 0, 0};
    int64_t begin[MOST_COLUMNS], end[MOST_COLUMNS];
    for (size_t at = 0; at < count; at++) {
        const uint8_t *line = data + starts[lines[at]];
        size_t size = (size_t)(ends[lines[at]] - starts[lines[at]]);
        found[at] = -1;
        int64_t time = size < TIME_LENGTH ? -1 : moment(line, size);
        if (time < 0 || !columns_of(line, size, like, begin, end))
            continue;
        int64_t family = family_of(&repeats, lines[at], begin, end);
        int64_t kinds = kinds_of(&repeats.families[family], line, like, begin, end);
        found[at] = group_of(&repeats, lines[at], family, kinds);
        add_row(&groups[found[at]], time, line, size, like, begin, end);
    }
    return repeats.known;
}
