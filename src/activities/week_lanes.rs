//! What is at one time in one column stands beside each other: a worker may be asked for in two places at once.

use super::week_time::Stretch;

/// More beside each other than this nobody reads: the last ones share a lane.
const MOST: usize = 4;

/// A block's place among those at its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    /// 1 for the first.
    pub place: usize,
    pub of: usize,
}

impl Lane {
    pub fn is_alone(&self) -> bool {
        self.of == 1
    }
}

/// The lanes of spans that are in the order of their starts.
pub fn lanes(spans: &[Stretch]) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    // Of the run of spans that hang together: where it began, when each of its lanes is free again.
    let (mut first, mut ends): (usize, Vec<i64>) = (0, Vec::new());
    for (index, (from, to)) in spans.iter().enumerate() {
        if ends.iter().all(|end| end <= from) {
            close(&mut lanes, first, ends.len());
            (first, ends) = (index, Vec::new());
        }
        let place = ends.iter().position(|end| end <= from).unwrap_or(ends.len()).min(MOST - 1);
        match ends.get_mut(place) {
            Some(end) => *end = (*end).max(*to),
            None => ends.push(*to),
        }
        lanes.push(Lane { place: place + 1, of: 1 });
    }
    close(&mut lanes, first, ends.len());
    lanes
}

/// A run is over: all of it is as narrow as its widest place asks for.
fn close(lanes: &mut [Lane], first: usize, of: usize) {
    for lane in lanes.iter_mut().skip(first) {
        lane.of = of.max(1);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(spans: &[Stretch]) -> Vec<(usize, usize)> {
        lanes(spans).iter().map(|lane| (lane.place, lane.of)).collect()
    }

    #[test]
    fn what_is_at_one_time_stands_beside_each_other() {
        assert_eq!(told(&[(540, 600), (600, 660)]), [(1, 1), (1, 1)]);
        assert_eq!(told(&[(540, 620), (600, 660), (620, 700), (700, 720)]), [(1, 2), (2, 2), (1, 2), (1, 1)]);
        assert_eq!(told(&[]), []);
    }

    proptest! {
        /// Two that overlap never share a lane, unless there are more than are drawn.
        #[test]
        fn no_two_at_one_time_share_a_lane(spans in proptest::collection::vec((0i64..1_000, 5i64..200), 0..12)) {
            let mut spans: Vec<Stretch> = spans.into_iter().map(|(from, long)| (from, from + long)).collect();
            spans.sort_unstable();
            let lanes = lanes(&spans);
            prop_assert_eq!(lanes.len(), spans.len());
            for (one, a) in spans.iter().zip(&lanes) {
                prop_assert!(a.place <= a.of && a.of <= MOST);
                for (other, b) in spans.iter().zip(&lanes).filter(|(other, _)| *other != one) {
                    let overlap = one.0 < other.1 && other.0 < one.1;
                    prop_assert!(!overlap || a.of == b.of);
                    prop_assert!(!overlap || a.place != b.place || a.place == MOST);
                }
            }
        }
    }
}
