/* Which places in a block hold one of very many names or addresses.

   A name is a run of letters, digits, '-' and '_' between dots; an address of IPv6 a run of hexadecimal
   digits between colons. Of each run, and of each end of it that begins behind a dot (so that a name
   stands for all below it), a hash is looked up: first as one bit, then as a whole. Where a run begins
   with the code of a character (`%2Fevil.example`), a value may begin behind the code.
   Nothing here allocates, and nothing is read or written outside of what is given. Loaded by
   `names.py`, which is the only caller and tells the same without this, more slowly.
*/

#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define LONGEST 255 /* bytes of a name; RFC 1035 */
#define PRIME 0x100000001B3ULL
#define BASIS 0xCBF29CE484222325ULL

struct names {
    uint64_t *bits;
    uint64_t bit_mask; /* bits, less one; a power of two */
    uint64_t *slots;   /* hashes; 0 is an empty slot */
    uint64_t slot_mask;
    uint64_t *tails; /* bits of the hashes of last labels */
    uint64_t tail_mask;
    uint8_t colons; /* whether any is of IPv6 */
};

#define HEX 0x80

/* Of what a name consists, in lower case; hexadecimal digits have the bit HEX; 0 for all else. */
static const uint8_t kinds[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 45, 46, 0,
    176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 0, 0, 0, 0, 0, 0,
    0, 225, 226, 227, 228, 229, 230, 103, 104, 105, 106, 107, 108, 109, 110, 111,
    112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 0, 0, 0, 0, 95,
    0, 225, 226, 227, 228, 229, 230, 103, 104, 105, 106, 107, 108, 109, 110, 111,
    112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

static uint8_t lower(uint8_t byte)
{
    return byte == ':' ? ':' : kinds[byte] & ~HEX;
}

/* Whether a byte belongs to a run around `mark`: to a name ('.') or to an address of IPv6 (':'). */
static int belongs(uint8_t byte, uint8_t mark)
{
    return mark == '.' ? kinds[byte] : kinds[byte] & HEX || byte == ':';
}

static uint64_t finished(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29;
    return hash ? hash : 1;
}

static int holds(const struct names *names, uint64_t hash)
{
    uint64_t bit = hash & names->bit_mask;
    if (!(names->bits[bit >> 6] >> (bit & 63) & 1)) return 0;
    for (uint64_t at = hash >> 24 & names->slot_mask;; at = (at + 1) & names->slot_mask) {
        if (names->slots[at] == hash) return 1;
        if (!names->slots[at]) return 0;
    }
}

static void mark_tail(struct names *names, const uint8_t *data, int64_t start, int64_t end)
{
    uint64_t hash = BASIS;
    for (int64_t at = end; at > start && data[at - 1] != '.'; at--)
        hash = (hash ^ data[at - 1]) * PRIME;
    uint64_t tail = finished(hash) & names->tail_mask;
    names->tails[tail >> 6] |= 1ULL << (tail & 63);
}

/* Take in values in lower case, one after the other; `ends` says where each ends. The table must have
   more slots than values. Returns how many are new. */
size_t alpheus_names_add(struct names *names, const uint8_t *data, const int64_t *ends, size_t count)
{
    size_t added = 0;
    int64_t start = 0;
    for (size_t number = 0; number < count; start = ends[number++]) {
        uint64_t hash = BASIS;
        for (int64_t at = ends[number]; at > start; at--) hash = (hash ^ data[at - 1]) * PRIME;
        hash = finished(hash);
        if (holds(names, hash)) continue;
        uint64_t slot = hash >> 24 & names->slot_mask, bit = hash & names->bit_mask;
        while (names->slots[slot]) slot = (slot + 1) & names->slot_mask;
        names->slots[slot] = hash;
        names->bits[bit >> 6] |= 1ULL << (bit & 63);
        mark_tail(names, data, start, ends[number]);
        added++;
    }
    return added;
}

struct search {
    const struct names *names;
    const uint8_t *data;
    int64_t start, end;
    int64_t next; /* before it, all has been looked at */
    int64_t *found;
    size_t room, count;
};

static void tell(struct search *search, int64_t place)
{
    if (search->count < search->room) search->found[search->count] = place;
    search->count++;
}

static int encodes(const struct search *search, int64_t at)
{
    return at + 1 < search->end && kinds[search->data[at]] & HEX && kinds[search->data[at + 1]] & HEX;
}

/* How far a run that stands behind '%' may still be the code of one character, however often encoded:
   a value may begin at each second byte up to there. */
static int64_t coded(const struct search *search, int64_t low)
{
    const uint8_t *data = search->data;
    if (low == search->start || data[low - 1] != '%' || !encodes(search, low)) return low;
    while (data[low] == '2' && data[low + 1] == '5' && encodes(search, low + 2)) low += 2;
    return low + 2;
}

/* Looks for the shortest end of a run that is a value: one that begins where the run does, behind a code,
   or, with `below`, behind a dot. */
static void look_up(struct search *search, int64_t low, int64_t high, int below)
{
    const struct names *names = search->names;
    int64_t last = coded(search, low);
    uint64_t hash = BASIS;
    int inside = 0;
    for (int64_t at = high; at > low; at--) {
        uint8_t byte = lower(search->data[at - 1]);
        if ((byte == '.' || byte == ':') && !inside++ && byte == '.') {
            uint64_t tail = finished(hash) & names->tail_mask;
            if (!(names->tails[tail >> 6] >> (tail & 63) & 1)) return;
        }
        hash = (hash ^ byte) * PRIME;
        int64_t place = at - 1;
        int begins = (place <= last && !((place - low) & 1)) || (below && search->data[place - 1] == '.');
        if (inside && begins && holds(names, finished(hash))) {
            tell(search, place);
            return;
        }
    }
}

static void look(struct search *search, int64_t place)
{
    const uint8_t *data = search->data;
    uint8_t mark = data[place];
    int64_t low = place, high = place + 1;
    int dots = 0, others = 0;
    while (low > search->start && place - low < LONGEST && belongs(data[low - 1], mark)) low--;
    while (high < search->end && high - place < LONGEST && belongs(data[high], mark)) high++;
    search->next = high;
    while (high > low && data[high - 1] == '.') high--;
    for (int64_t at = low; at < high; at++) {
        dots += data[at] == '.';
        others += data[at] > '9';
    }
    if (others || dots == 3) look_up(search, low, high, mark == '.' && others);
}

/* Places at which a name or address begins, each run of characters once, in order. Returns how many there
   are; where they are more than `room`, the others are not told. */
size_t alpheus_names_find(const struct names *names, const uint8_t *data, int64_t start, int64_t end,
                          int64_t *found, size_t room)
{
    struct search search = {names, data, start, end, start, found, room, 0};
    int64_t at = start;
#ifdef __SSE2__
    const __m128i dot = _mm_set1_epi8('.'), colon = _mm_set1_epi8(':');
    for (; end - at >= 16; at += 16) {
        __m128i part = _mm_loadu_si128((const __m128i *)(const void *)(data + at));
        __m128i hit = _mm_cmpeq_epi8(part, dot);
        if (names->colons) hit = _mm_or_si128(hit, _mm_cmpeq_epi8(part, colon));
        for (uint32_t bits = (uint32_t)_mm_movemask_epi8(hit); bits; bits &= bits - 1) {
            int64_t place = at + __builtin_ctz(bits);
            if (place >= search.next) look(&search, place);
        }
    }
#endif
    for (; at < end; at++)
        if (at >= search.next && (data[at] == '.' || (names->colons && data[at] == ':')))
            look(&search, at);
    return search.count;
}
