//! The wheel pops what a heap pops, whatever is pushed.

use crate::base::Draws;
use crate::base::draws::Stream;
use crate::sim::calendar::{Shape, Wheel};
use proptest::prelude::*;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// One step: pop, or push so long after the event popped last, with this payload.
#[derive(Clone, Copy, Debug)]
enum Step {
    Pop,
    Push(u64, u64),
}

fn wait() -> impl Strategy<Value = u64> {
    prop_oneof![
        2 => Just(0_u64),
        3 => 0_u64..4,
        5 => 0_u64..2_000,
        5 => 0_u64..2_000_000,
        2 => 0_u64..(1 << 40),
        1 => Just(1 << 62),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![1 => Just(Step::Pop), 1 => (wait(), any::<u64>()).prop_map(|(wait, payload)| Step::Push(wait, payload))]
}

fn shape() -> impl Strategy<Value = Shape> {
    (1_u32..=60, 0_u64..10_000_000, wait(), wait())
        .prop_map(|(payload, events, usual, reach)| Shape::of(payload, events, usual, reach))
}

/// Plays the steps on a wheel and on a heap, empties both, and compares every event.
fn compare(shape: Shape, payload_bits: u32, from: u64, steps: &[Step], wheel: &mut Wheel) {
    let mut heap = BinaryHeap::new();
    let mut now = from;
    let pop = |wheel: &mut Wheel, heap: &mut BinaryHeap<Reverse<(u64, u64)>>, now: &mut u64| {
        let popped = wheel.pop();
        assert_eq!(popped, heap.pop().map(|first| first.0), "{shape:?}");
        *now = popped.map_or(*now, |event| event.0);
        popped.is_some()
    };
    for &step in steps {
        match step {
            Step::Pop => {
                pop(wheel, &mut heap, &mut now);
            }
            Step::Push(wait, payload) => {
                let time = now.saturating_add(wait).min((1 << 63) - 1);
                let payload = payload & ((1 << payload_bits) - 1);
                wheel.push(time, payload);
                heap.push(Reverse((time, payload)));
            }
        }
    }
    while pop(wheel, &mut heap, &mut now) {}
}

proptest! {
    #[test]
    fn pops_like_a_heap(
        (payload_bits, events, usual, reach) in (1_u32..=60, 0_u64..10_000_000, wait(), wait()),
        from in wait(),
        steps in prop::collection::vec(step(), 0..400),
    ) {
        let shape = Shape::of(payload_bits, events, usual, reach);
        compare(shape, payload_bits, from, &steps, &mut Wheel::new(shape, from));
    }

    #[test]
    fn a_used_wheel_is_as_good_as_new(first in shape(), steps in prop::collection::vec(step(), 0..200)) {
        let mut wheel = Wheel::new(first, 0);
        for index in 0..1_000_u64 {
            wheel.push(index * index, 0);
        }
        for _ in 0..500 {
            wheel.pop();
        }
        let shape = Shape::of(20, 300, 1_000, 1_000_000);
        wheel.reset(shape, 7, 100);
        compare(shape, 20, 7, &steps, &mut wheel);
    }
}

#[test]
fn many_events_come_in_order_however_they_are_spread() {
    let draws = Draws::new(5);
    let spreads: [fn(u64) -> u64; 5] = [
        |word| word % 30_000_000,
        |word| word % 2_000,
        |_| 17,
        |word| (word % 3) * 10_000_000 + word % 7,
        |word| 1 << (word % 60),
    ];
    for spread in spreads {
        let shape = Shape::of(44, 100_000, 30_000_000, 40_000_000);
        let mut wheel = Wheel::new(shape, 0);
        let mut events: Vec<(u64, u64)> = (0..100_000)
            .map(|index| {
                (spread(draws.bits(Stream::Service, index, 0)), draws.bits(Stream::Service, index, 1) >> 20)
            })
            .collect();
        for &(time, payload) in &events {
            wheel.push(time, payload);
        }
        events.sort_unstable();
        let popped: Vec<(u64, u64)> = std::iter::from_fn(|| wheel.pop()).collect();
        assert!(popped == events);
        assert_eq!(wheel.pop(), None);
    }
}
