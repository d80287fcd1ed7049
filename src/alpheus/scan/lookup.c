/* Which places in a block hold one of very many names or addresses.

   A name is a run of letters, digits, '-' and '_' between dots; an address of IPv6 a run of hexadecimal
   digits between colons. A value ends where its run ends, and begins where the run does or behind a dot (so
   that a name stands for all below it). Where a run begins with the code of a character (`%2Fevil.example`),
   a value may begin behind the code.
   First the last bytes of a run are looked up as one bit, of many runs one after the other; what may be a
   value by that is looked up as a whole. Logs say the same again and again: what was looked up in vain is
   compared with where it stood.
   Nothing here allocates, and nothing is read or written outside of what is given. Loaded by
   `names.py`, which is the only caller and tells the same without this, more slowly. Where `struct names`
   changes, the functions get other names, so that what was compiled before is not called with it.
*/

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#define LONGEST 255 /* bytes of a name; RFC 1035 */
#define PRIME 0x100000001B3ULL
#define BASIS 0xCBF29CE484222325ULL
#define TAILS 32768
#define LAST 8 /* bytes at the end of a run that are looked up first */
#define UNMARKED 2048 /* ends of runs that are remembered: 2 to the power of 11 */
#define VAIN 256 /* runs that are remembered; a power of two */
#define BLOCKS 32 /* of 64 bytes, whose runs are gathered before they are looked up */

struct names {
    uint64_t *bits; /* of the last bytes of values */
    uint64_t bit_mask; /* bits, less one; a power of two */
    uint64_t *slots;   /* hashes; 0 is an empty slot */
    uint64_t slot_mask;
    uint64_t *tails; /* TAILS bits, of the last three bytes of values */
    uint32_t lengths; /* bits of the lengths of values that have fewer than LAST bytes */
    uint32_t colons;  /* whether any is of IPv6 */
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

/* Whether a byte belongs to a run with `mark` in it: a name ('.') or an address of IPv6 (':'). */
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
    for (uint64_t at = hash >> 24 & names->slot_mask;; at = (at + 1) & names->slot_mask) {
        if (names->slots[at] == hash) return 1;
        if (!names->slots[at]) return 0;
    }
}

/* The LAST bytes before `end`, whatever their case; the last one is the highest. */
static uint64_t last_bytes(const uint8_t *end)
{
    uint64_t word = 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&word, end - LAST, LAST);
#else
    for (int at = 1; at <= LAST; at++) word = word << 8 | end[-at];
#endif
    return word | 0x2020202020202020ULL;
}

/* Of a word of them, the last `length` bytes. */
static uint64_t only(uint64_t word, int length)
{
    return word & ~0ULL << 8 * (LAST - length);
}

static uint64_t bit_of(const struct names *names, uint64_t word)
{
    word *= 0x9E3779B97F4A7C15ULL;
    return (word ^ word >> 32) & names->bit_mask;
}

static int marked(const struct names *names, uint64_t word)
{
    uint64_t bit = bit_of(names, word);
    return names->bits[bit >> 6] >> (bit & 63) & 1;
}

static uint64_t tail_of(uint64_t word)
{
    return (word >> 40) * 0x9E3779B97F4A7C15ULL >> 49;
}

/* Whether any value has the last three bytes of a word. */
static int ends_like(const struct names *names, uint64_t word)
{
    return names->tails[tail_of(word) >> 6] >> (tail_of(word) & 63) & 1;
}

static void mark_end(struct names *names, const uint8_t *data, int64_t length)
{
    uint8_t last[LAST] = {0};
    int64_t kept = length < LAST ? length : LAST;
    memcpy(last + LAST - kept, data + length - kept, (size_t)kept);
    uint64_t word = last_bytes(last + LAST), bit = bit_of(names, only(word, (int)kept));
    names->bits[bit >> 6] |= 1ULL << (bit & 63);
    if (kept < 3)
        memset(names->tails, 255, TAILS / 8);
    else
        names->tails[tail_of(word) >> 6] |= 1ULL << (tail_of(word) & 63);
    if (kept < LAST) names->lengths |= 1U << kept;
}

/* Take in values in lower case, one after the other; `ends` says where each ends, none is empty. The table
   must have more slots than values. Returns how many are new. */
size_t alpheus_ends_add(struct names *names, const uint8_t *data, const int64_t *ends, size_t count)
{
    size_t added = 0;
    int64_t start = 0;
    for (size_t number = 0; number < count; start = ends[number++]) {
        uint64_t hash = BASIS;
        for (int64_t at = ends[number]; at > start; at--) hash = (hash ^ data[at - 1]) * PRIME;
        hash = finished(hash);
        if (holds(names, hash)) continue;
        uint64_t slot = hash >> 24 & names->slot_mask;
        while (names->slots[slot]) slot = (slot + 1) & names->slot_mask;
        names->slots[slot] = hash;
        mark_end(names, data + start, ends[number] - start);
        added++;
    }
    return added;
}

/* Where a run stood that is no value: its end, and its bytes with the one before it; 0 is none. */
struct vain {
    int64_t high, length;
};

struct search {
    const struct names *names;
    const uint8_t *data;
    int64_t start, end;
    int64_t *found;
    size_t room, count;
    struct vain vain[VAIN];
    uint64_t unmarked[UNMARKED]; /* last bytes of runs that are no values */
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
    int64_t last = coded(search, low);
    uint64_t hash = BASIS;
    int inside = 0;
    for (int64_t place = high - 1; place >= low; place--) {
        uint8_t byte = lower(search->data[place]);
        inside |= byte == '.' || byte == ':';
        hash = (hash ^ byte) * PRIME;
        int begins = (place <= last && !((place - low) & 1)) || (below && search->data[place - 1] == '.');
        if (inside && begins && holds(search->names, finished(hash))) {
            tell(search, place);
            return;
        }
    }
}

/* Whether a value may end here: LAST bytes can be read. What was asked lately is at hand, and the bits of
   very many values are far away. */
static int may_end(struct search *search, const uint8_t *end)
{
    const struct names *names = search->names;
    uint64_t word = last_bytes(end);
    if (!ends_like(names, word)) return 0;
    uint64_t *lately = &search->unmarked[word * 0x9E3779B97F4A7C15ULL >> 53];
    if (*lately == word) return 0;
    if (marked(names, word)) return 1;
    for (uint32_t left = names->lengths; left; left &= left - 1)
        if (marked(names, only(word, __builtin_ctz(left)))) return 1;
    *lately = word;
    return 0;
}

/* What is remembered of runs that end like the one before `high`. */
static struct vain *like(struct search *search, int64_t high)
{
    const uint8_t *end = search->data + high;
    return &search->vain[finished(last_bytes(end) ^ last_bytes(end - LAST) * PRIME) >> 32 & (VAIN - 1)];
}

static int same(const struct search *search, const struct vain *vain, int64_t high)
{
    int64_t length = vain->length;
    const uint8_t *data = search->data;
    return length && high - search->start >= length
        && !memcmp(data + high - length, data + vain->high - length, (size_t)length);
}

/* The run that ends before `high` and has `mark` in it. */
static void look(struct search *search, int64_t high, uint8_t mark)
{
    const uint8_t *data = search->data;
    while (high > search->start && data[high - 1] == '.') high--;
    if (high - search->start >= LAST && !may_end(search, data + high)) return;
    struct vain *vain = high - search->start >= 2 * LAST ? like(search, high) : NULL;
    if (vain && same(search, vain, high)) return;
    size_t count = search->count;
    int64_t low = high;
    int dots = 0, others = 0;
    while (low > search->start && high - low < LONGEST && belongs(data[low - 1], mark)) {
        low--;
        dots += data[low] == '.';
        others += data[low] > '9';
    }
    if (others || dots == 3) look_up(search, low, high, mark == '.' && others);
    if (vain && search->count == count && low > search->start)
        *vain = (struct vain){high, high - low + 1};
}

/* Byte by byte; `open` says whether a run with a mark goes on from before. */
static void look_at_each(struct search *search, int64_t at, int open, uint8_t mark)
{
    for (; at < search->end; at++) {
        if (belongs(search->data[at], mark)) {
            open |= search->data[at] == mark;
        } else {
            if (open) look(search, at, mark);
            open = 0;
        }
    }
    if (open) look(search, at, mark);
}

static void look_at_colons(struct search *search)
{
    int64_t at = search->start;
    while (at < search->end) {
        const uint8_t *found = memchr(search->data + at, ':', (size_t)(search->end - at));
        if (!found) return;
        at = found - search->data;
        while (at < search->end && belongs(search->data[at], ':')) at++;
        look(search, at, ':');
    }
}

#ifdef __SSE2__
/* Of each block of 64 bytes: which belong to a name, and which are dots, as bits. */
typedef void masks(const uint8_t *data, int blocks, uint64_t *name, uint64_t *dot);

static uint64_t named(__m128i part)
{
    __m128i letter = _mm_sub_epi8(_mm_or_si128(part, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
    __m128i mark = _mm_sub_epi8(part, _mm_set1_epi8('-'));
    __m128i in = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter);
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(mark, _mm_set1_epi8('9' - '-')), mark);
    low = _mm_andnot_si128(_mm_cmpeq_epi8(part, _mm_set1_epi8('/')), low);
    in = _mm_or_si128(in, _mm_cmpeq_epi8(part, _mm_set1_epi8('_')));
    return (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(in, low));
}

static void masks_of_16(const uint8_t *data, int blocks, uint64_t *name, uint64_t *dot)
{
    for (int block = 0; block < blocks; block++) {
        name[block] = dot[block] = 0;
        for (int part = 0; part < 64; part += 16, data += 16) {
            __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)data);
            __m128i dots = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('.'));
            name[block] |= named(bytes) << part;
            dot[block] |= (uint64_t)(uint32_t)_mm_movemask_epi8(dots) << part;
        }
    }
}

/* The same, 32 bytes at once. Five kinds of bytes by their high half, each with low halves of its own:
   1 is `-.`, 2 the digits, 4 `A`-`O`, 8 `P`-`Z` and `_`, 16 `p`-`z`. */
__attribute__((target("avx2")))
static void masks_of_32(const uint8_t *data, int blocks, uint64_t *name, uint64_t *dot)
{
    const __m256i low = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(26, 30, 30, 30, 30, 30, 30, 30, 30, 30, 28, 4, 4, 5, 5, 12));
    const __m256i high = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 0, 1, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0));
    for (int block = 0; block < blocks; block++) {
        name[block] = dot[block] = 0;
        for (int part = 0; part < 64; part += 32, data += 32) {
            __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)data);
            __m256i halves = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
            __m256i kind = _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, halves));
            __m256i none = _mm256_cmpeq_epi8(kind, _mm256_setzero_si256());
            __m256i dots = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('.'));
            name[block] |= (uint64_t)(uint32_t)~_mm256_movemask_epi8(none) << part;
            dot[block] |= (uint64_t)(uint32_t)_mm256_movemask_epi8(dots) << part;
        }
    }
}

/* The same, 64 bytes at once: what each byte is stands in a table of 128, and those above are none. */
__attribute__((target("avx512bw,avx512vbmi")))
static void masks_of_64(const uint8_t *data, int blocks, uint64_t *name, uint64_t *dot)
{
    const __m512i low = _mm512_loadu_si512(kinds), high = _mm512_loadu_si512(kinds + 64);
    for (int block = 0; block < blocks; block++, data += 64) {
        __m512i bytes = _mm512_loadu_si512(data);
        __m512i kind = _mm512_permutex2var_epi8(low, bytes, high);
        name[block] = _mm512_test_epi8_mask(kind, kind) & ~_mm512_movepi8_mask(bytes);
        dot[block] = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('.'));
    }
}

/* How many bytes are looked at together where the processor can; less only to try that it is the same. */
int alpheus_ends_widest = 64;

static masks *masks_here(void)
{
    if (alpheus_ends_widest >= 64 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi"))
        return masks_of_64;
    return alpheus_ends_widest >= 32 && __builtin_cpu_supports("avx2") ? masks_of_32 : masks_of_16;
}

/* Where runs with a dot end, in some blocks from `at` on. The bits of dots are carried through their runs
   and land behind them; `open` is what is carried from block to block. Returns how many there are. */
static int ends_of_runs(const uint64_t *name, const uint64_t *dot, int blocks, int64_t at, uint64_t *open,
                        int64_t *found)
{
    uint64_t carried = *open;
    int many = 0;
    for (int block = 0; block < blocks; block++, at += 64) {
        uint64_t sum = name[block] + dot[block], over = sum < name[block];
        sum += carried;
        carried = over | (sum < carried);
        uint64_t ends = sum & ~name[block];
        for (int few = 0; few < 3; few++, ends &= ends - 1) { /* without a branch to be guessed */
            found[many] = at + __builtin_ctzll(ends | 1ULL << 63);
            many += ends != 0;
        }
        for (; ends; ends &= ends - 1) found[many++] = at + __builtin_ctzll(ends);
    }
    *open = carried;
    return many;
}

/* Of so many ends of runs those where a value may end by its last three bytes; returns how many. */
static int like_ends(const struct search *search, int64_t *ends, int count)
{
    int kept = 0, number = 0;
    while (number < count && ends[number] - search->start < LAST) kept = ++number;
    for (; number < count; number++) {
        const uint8_t *end = search->data + ends[number];
        ends[kept] = ends[number];
        kept += ends_like(search->names, last_bytes(end)) | (end[-1] == '.');
    }
    return kept;
}
#endif

static void look_at_names(struct search *search)
{
    int64_t at = search->start;
    uint64_t open = 0;
#ifdef __SSE2__
    masks *masks_of = masks_here();
    uint64_t name[BLOCKS], dot[BLOCKS];
    int64_t ends[BLOCKS * 64 + 3];
    while (search->end - at >= 64) {
        int64_t left = (search->end - at) / 64;
        int blocks = left < BLOCKS ? (int)left : BLOCKS;
        masks_of(search->data + at, blocks, name, dot);
        int count = like_ends(search, ends, ends_of_runs(name, dot, blocks, at, &open, ends));
        for (int number = 0; number < count; number++) look(search, ends[number], '.');
        at += 64 * blocks;
    }
#endif
    look_at_each(search, at, (int)open, '.');
}

/* Places at which a name or address begins, each run of characters once. Returns how many there are; where
   they are more than `room`, the others are not told. */
size_t alpheus_ends_find(const struct names *names, const uint8_t *data, int64_t start, int64_t end,
                          int64_t *found, size_t room)
{
    struct search search = {names, data, start, end, found, room, 0, {{0, 0}}, {0}};
    look_at_names(&search);
    if (names->colons) {
        memset(search.vain, 0, sizeof search.vain); /* a run ends elsewhere for another mark */
        look_at_colons(&search);
    }
    return search.count;
}
