//! Numbers that look random and are the same for the same seed.

/// A generator after `SplitMix64`: small, and no secret may depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Random {
    state: u64,
}

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A generator of its own for one topic, so that more draws for another topic do not shift it.
    pub(crate) fn of(seed: u64, topic: &str) -> Self {
        let mut mixed = Self::new(seed);
        for byte in topic.bytes() {
            mixed.state = mixed.draw() ^ u64::from(byte);
        }
        mixed
    }

    fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, `bound`; 0 when there is none.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.draw().checked_rem(bound).unwrap_or(0)
    }

    /// A number of a range, both ends included.
    pub(crate) fn within(&mut self, (least, most): (u32, u32)) -> u32 {
        let span = u64::from(most.saturating_sub(least)) + 1;
        least.saturating_add(u32::try_from(self.below(span)).unwrap_or_default())
    }

    /// One of these; the default of its type when there is none.
    pub(crate) fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        let index = self.below(u64::try_from(items.len()).unwrap_or_default());
        let index = usize::try_from(index).unwrap_or_default();
        items.get(index).copied().unwrap_or_default()
    }

    /// True for this share of the draws.
    pub(crate) fn percent(&mut self, share: u32) -> bool {
        self.below(100) < u64::from(share)
    }
}

/// The element at an index that goes round and round.
pub(crate) fn cycle<T: Copy + Default>(items: &[T], index: usize) -> T {
    items
        .iter()
        .cycle()
        .nth(index % items.len().max(1))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_another_draws_otherwise() {
        let draws = |mut random: Random| (0..8).map(|_| random.below(1000)).collect::<Vec<_>>();
        assert_eq!(draws(Random::new(7)), draws(Random::new(7)));
        assert_ne!(draws(Random::new(7)), draws(Random::new(8)));
        assert_ne!(draws(Random::of(7, "names")), draws(Random::of(7, "prices")));
    }

    #[test]
    fn a_share_is_about_kept() {
        let mut random = Random::new(42);
        let hits = (0..10_000).filter(|_| random.percent(5)).count();
        assert!((400..600).contains(&hits), "{hits}");
        assert!(!(0..100).any(|_| random.percent(0)));
        assert!((0..100).all(|_| random.percent(100)));
        assert_eq!((random.below(0), random.pick::<u8>(&[])), (0, 0));
        assert!((0..100).all(|_| (3..=5).contains(&random.within((3, 5)))));
    }
}
