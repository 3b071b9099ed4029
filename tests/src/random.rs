//! Numbers that look random and are the same in each run, and what is made with them.

/// A generator of numbers (xorshift).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers that belong to a seed.
    pub fn new(seed: u64) -> Self {
        // The first numbers of neighbouring seeds resemble each other, hence the mixing (splitmix64).
        let mut seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        seed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        seed = (seed ^ (seed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self((seed ^ (seed >> 31)) | 1)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) % end as u64) as usize
    }

    /// One of some things.
    pub fn one_of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len())]
    }

    /// Changes, adds, takes away, doubles or cuts off a byte, once or a few times.
    pub fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len().max(1));
            let byte = *self.one_of(&[0, b'.', b'"', b'=', b'-', b' ', b'{', b'0', 0x7f, 0xff]);
            match self.below(7) {
                _ if bytes.is_empty() => bytes.push(byte),
                0 => bytes[at] ^= 1 << self.below(8),
                1 => bytes[at] = byte,
                2 => bytes.insert(at, byte),
                3 => drop(bytes.remove(at)),
                4 => bytes.insert(at, bytes[at]),
                5 => {
                    let other = self.below(bytes.len());
                    bytes.swap(at, other);
                }
                _ => bytes.truncate(at),
            }
        }
    }
}

/// How often a test with random input runs: `CLERK_TESTS_RUNS`, or `short` where that is not set.
///
/// # Panics
/// Where the variable is no number.
#[allow(
    clippy::expect_used,
    reason = "a run that was asked for and does not happen would look like a success"
)]
pub fn runs(short: usize) -> usize {
    std::env::var("CLERK_TESTS_RUNS").map_or(short, |runs| runs.parse().expect("CLERK_TESTS_RUNS: a number"))
}
