//! What a load balancer is told: the lines that limit new connections, for HAProxy and for nginx.
//!
//! Sixty thousand devices cannot be changed in an hour, two lines at the load balancer can. The lines stand
//! for an operator to put into an own configuration, each with the place where it belongs; nothing here
//! reads or replaces such a file. Numbers come from the platform of a fleet, most often of one that an
//! answer of the search describes. What the lines do was measured with HAProxy 2.6 and nginx 1.22, and a
//! test holds them against the installed ones.
//!
//! A limiter that counts what it rejects is never written: devices that keep trying hold it shut.

mod haproxy;
mod nginx;

use crate::base::{Micros, units};
use crate::fleet::{Fleet, LimitKind};

/// A load balancer whose lines are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// HAProxy 2.0 or later.
    Haproxy,
    /// nginx with its HTTP proxy.
    Nginx,
}

impl Product {
    /// Every product, the one of the platform's own samples first.
    pub const ALL: [Self; 2] = [Self::Haproxy, Self::Nginx];

    /// The word on the command line and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Haproxy => "haproxy",
            Self::Nginx => "nginx",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Haproxy => "HAProxy",
            Self::Nginx => "nginx",
        }
    }

    /// Returns the product with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.word() == word)
    }
}

/// What a load balancer does with new connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// New connections let through [connections/s], at least 1.
    pub per_s: u32,
    /// What happens to those beyond it.
    pub beyond: LimitKind,
    /// Connections that may wait for their turn, where they wait.
    pub queue: u32,
    /// Devices that hold a connection once all are back.
    pub devices: u64,
    /// Shortest time that devices wait for an answer.
    pub patience: Micros,
}

/// One line of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it belongs.
    pub place: &'static str,
    /// The line without its indent.
    pub text: String,
}

impl Admission {
    /// Returns what the load balancer of a fleet does; `None` where it has no limit.
    pub fn of(fleet: &Fleet) -> Option<Self> {
        let balancer = fleet.platform.balancer?;
        let limit = balancer.limit?;
        let patience = fleet.groups.iter().map(|group| group.agent.connect_timeout()).min();
        Some(Self {
            per_s: limit.per_s,
            beyond: limit.kind,
            queue: balancer.backlog,
            devices: fleet.devices(),
            patience: patience.unwrap_or(Micros::ZERO),
        })
    }

    /// Returns the lines for a product, in the order in which they are written; none for a limiter that
    /// counts what it rejects.
    pub fn lines(&self, product: Product) -> Vec<Line> {
        match product {
            Product::Haproxy => haproxy::lines(self),
            Product::Nginx => nginx::lines(self),
        }
    }

    /// Returns what a product really does with these lines, in whole sentences.
    pub fn meaning(&self, product: Product) -> Vec<String> {
        let mut meaning = match product {
            Product::Haproxy => haproxy::meaning(self),
            Product::Nginx => nginx::meaning(self),
        };
        if self.beyond == LimitKind::DelayAccept && self.longest_wait() > self.patience {
            meaning.push(format!(
                "The last of {} in the queue waits {}, longer than the {} that devices wait for an answer: turns \
                 are spent on devices that have given up. Let no more than {} wait.",
                units::count(u64::from(self.queue)),
                self.longest_wait(),
                self.patience,
                units::count(self.bearable()),
            ));
        }
        meaning
    }

    /// Returns how long the last in a full queue waits.
    pub fn longest_wait(&self) -> Micros {
        Micros(u64::from(self.queue) * Micros::SECOND.0 / u64::from(self.per_s.max(1)))
    }

    /// Returns how many can wait without anybody giving up.
    fn bearable(&self) -> u64 {
        (self.patience.secs() * f64::from(self.per_s)) as u64
    }

    /// Returns the lines with comments, each below its place, as text to paste from.
    pub fn file(&self, product: Product) -> String {
        let mut text = format!(
            "# {}: {} new connections per second, {} devices.\n",
            product.label(),
            units::count(u64::from(self.per_s)),
            units::count(self.devices)
        );
        for sentence in self.meaning(product) {
            for line in folded(&sentence) {
                text += "# ";
                text += &line;
                text += "\n";
            }
        }
        let mut place = "";
        for line in self.lines(product) {
            if line.place != place {
                place = line.place;
                text += "\n# In ";
                text += place;
                text += ":\n";
            }
            text += "    ";
            text += &line.text;
            text += "\n";
        }
        text.replace(units::THIN, " ")
    }
}

/// Returns a sentence in lines that fit behind a `#`.
fn folded(sentence: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 96 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// What is said instead of lines for a limiter that counts what it rejects.
const LOCKS_OUT: &str = "No lines are written for a limit that counts the attempts it rejects: devices that keep trying hold it \
     shut for good. Let it wait, reset, or answer 503 without counting.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::example::EXAMPLES;

    fn admission(beyond: LimitKind, queue: u32) -> Admission {
        Admission { per_s: 95, beyond, queue, devices: 12_000, patience: Micros::from_secs(10) }
    }

    #[test]
    fn every_way_but_the_lock_out_has_lines() {
        for product in Product::ALL {
            assert_eq!(Product::from_word(product.word()), Some(product));
            for beyond in [LimitKind::DelayAccept, LimitKind::Reset, LimitKind::Http503] {
                let file = admission(beyond, 760).file(product);
                assert!(file.contains("95"), "{file}");
                assert!(file.lines().all(|line| line.chars().count() <= 100), "{file}");
                for line in admission(beyond, 760).lines(product) {
                    assert!(file.contains(&line.text), "{file}");
                }
            }
            let lock_out = admission(LimitKind::Http503CountsAll, 760);
            assert_eq!(lock_out.lines(product), []);
            assert!(lock_out.file(product).contains("hold it"), "{}", lock_out.file(product));
        }
    }

    #[test]
    fn a_queue_longer_than_devices_wait_is_said() {
        let says = |queue| {
            let admission = admission(LimitKind::DelayAccept, queue);
            Product::ALL
                .map(|product| admission.meaning(product).concat().contains("Let no more than 950 wait"))
        };
        assert_eq!((says(760), says(4_096)), ([false; 2], [true; 2]));
    }

    #[test]
    fn a_fleet_without_a_limit_has_no_admission() {
        let file = EXAMPLES[0].file().unwrap();
        assert_eq!(Admission::of(&file.check(None).fleet.unwrap()), None);
        let limited = file.assign(None, "/platform/balancer/limit_per_s", &85.into()).unwrap();
        let admission = Admission::of(&limited.check(None).fleet.unwrap()).unwrap();
        assert_eq!((admission.per_s, admission.queue, admission.patience.secs()), (85, 4_096, 10.0));
    }
}
