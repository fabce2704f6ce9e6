//! Peers in turn, and what comes of it.

use std::fmt;
use std::hint::black_box;
use std::thread::sleep;
use std::time::{Duration, Instant};

use benches::{Row, append, median};

/// Rounds in which every peer has its turn.
const ROUNDS: usize = 9;
/// A sample is at least so many seconds of calls, a turn at least so many.
const SAMPLE: f64 = 300e-6;
const TURN: f64 = 12e-3;
/// How long a pool goes on looking for work (that of OpenBLAS more than 40 ms, on the core of whoever comes next), and how long another
/// takes to wake.
const REST: Duration = Duration::from_millis(200);
const WAKING: Duration = Duration::from_millis(10);

/// One peer: its name, and a call that answers how much work it did.
pub(crate) struct Peer<'a> {
    pub(crate) name: String,
    pub(crate) call: Box<dyn FnMut() -> f64 + 'a>,
}

impl<'a> Peer<'a> {
    pub(crate) fn new(name: impl Into<String>, call: impl FnMut() -> f64 + 'a) -> Self {
        Self { name: name.into(), call: Box::new(call) }
    }
}

/// What a peer reached, in units of work per nanosecond.
#[derive(Clone, Debug)]
pub(crate) struct Rate {
    pub(crate) name: String,
    pub(crate) median: f64,
    pub(crate) best: f64,
}

/// The name of the loop that measures the limit of a line.
pub(crate) const LIMIT: &str = "limit";
/// The name of our own kernel.
pub(crate) const OURS: &str = "ours";
/// The name of our own kernel on one thread, in a run with several.
pub(crate) const ALONE: &str = "ours-alone";

/// One line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) bench: String,
    pub(crate) shape: String,
    pub(crate) threads: usize,
    pub(crate) unit: &'static str,
    /// Work per byte that must be moved at least.
    pub(crate) intensity: f64,
    pub(crate) rates: Vec<Rate>,
}

/// Gives every peer its turn, round after round; with several threads after a rest, until the pool of the one before has fallen asleep
/// and its own is awake.
pub(crate) fn interleave(mut peers: Vec<Peer<'_>>, threads: usize) -> Vec<Rate> {
    let calls: Vec<usize> = peers.iter_mut().map(calls_of_a_sample).collect();
    let mut samples = vec![Vec::new(); peers.len()];
    for _ in 0..ROUNDS {
        for ((peer, &calls), samples) in peers.iter_mut().zip(&calls).zip(&mut samples) {
            if threads > 1 {
                sleep(REST);
                let waking = Instant::now();
                while waking.elapsed() < WAKING {
                    black_box((peer.call)());
                }
            }
            black_box((peer.call)());
            let turn = Instant::now();
            loop {
                samples.push(sample(peer, calls));
                if turn.elapsed().as_secs_f64() >= TURN {
                    break;
                }
            }
        }
    }
    let rates = peers.iter().zip(samples).map(|(peer, mut samples)| Rate {
        name: peer.name.clone(),
        median: median(&mut samples),
        best: samples[samples.len() - 1],
    });
    rates.collect()
}

/// The rate of so many calls.
fn sample(peer: &mut Peer<'_>, calls: usize) -> f64 {
    let start = Instant::now();
    let work: f64 = (0..calls).map(|_| (peer.call)()).sum();
    black_box(work) / start.elapsed().as_secs_f64() * 1e-9
}

fn calls_of_a_sample(peer: &mut Peer<'_>) -> usize {
    (peer.call)();
    let mut calls = 1;
    loop {
        let start = Instant::now();
        black_box((0..calls).map(|_| (peer.call)()).sum::<f64>());
        let seconds = start.elapsed().as_secs_f64();
        if seconds >= SAMPLE / 2.0 {
            return ((calls as f64 * SAMPLE / seconds).ceil() as usize).max(1);
        }
        calls *= 2;
    }
}

impl Line {
    /// The rate of a peer.
    pub(crate) fn rate(&self, name: &str) -> Option<&Rate> {
        self.rates.iter().find(|rate| rate.name == name)
    }

    /// The best of the others by median.
    pub(crate) fn best_peer(&self) -> Option<&Rate> {
        let others = self.rates.iter().filter(|rate| !rate.name.starts_with(OURS) && rate.name != LIMIT);
        others.max_by(|a, b| a.median.total_cmp(&b.median))
    }

    /// Ours over the best peer, medians.
    pub(crate) fn over_best(&self) -> Option<f64> {
        Some(self.rate(OURS)?.median / self.best_peer()?.median)
    }

    /// Ours over the limit of the same run, medians.
    pub(crate) fn of_limit(&self) -> Option<f64> {
        Some(self.rate(OURS)?.median / self.rate(LIMIT)?.median)
    }

    /// Ours over ours on one thread, medians, in a run with several.
    pub(crate) fn over_alone(&self) -> Option<f64> {
        Some(self.rate(OURS)?.median / self.rate(ALONE)?.median)
    }

    /// Appends its rows to `rows.csv`.
    pub(crate) fn append(&self) {
        for Rate { name, median, .. } in &self.rates {
            let Self { bench, shape, threads, unit, .. } = self;
            append(&Row { bench, peer: name, threads: *threads, shape, median: *median, unit });
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:12} {:18}", self.bench, self.shape)?;
        for Rate { name, median, best } in &self.rates {
            write!(f, "  {name} {median:.2} ({best:.2})")?;
        }
        let ratio = |ratio: Option<f64>| ratio.map_or("-".into(), |ratio| format!("{ratio:.2}"));
        let of_best = self.best_peer().map_or("", |peer| &peer.name);
        write!(f, "  {}", self.unit)?;
        write!(f, "   {} of the limit, {} times {of_best}", ratio(self.of_limit()), ratio(self.over_best()))?;
        self.over_alone().map_or(Ok(()), |over| write!(f, ", {over:.2} times one thread"))
    }
}
