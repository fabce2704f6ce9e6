//! Rows made by hand: the criteria of E4 and E7 are the figures that they say, and each of them can fail.
use crate::planted_rows::{close, judged};
use nas::experiments::e0::Ranking;
use nas::experiments::{e4, e7};

/// Slopes of mean medians from width 256 on; all else of the widest networks alone.
#[test]
fn e4_judges_wide_networks_and_medians() {
    let settings = e4::Settings { seeds: 2, widths: vec![64, 256, 1024, 4096], ..e4::Settings::default() };
    let ranking = |worst_train, validation_test, validation_choice| Ranking {
        worst_train,
        train_test: 0.0,
        validation_test,
        best: 1.0,
        train_choice: 3.0,
        validation_choice,
    };
    let measured = |seed: usize, width: usize| {
        // Means 1 and 3 of the two seeds, by width: each seed for itself has another slope.
        let off = 0.2 * width as f64;
        let factor = [1.0 - off, 1.0 + off][seed];
        let law = |slope: f64| factor * (settings.widths[width] as f64).powf(slope);
        let (infinite, own) = if width == 0 { (1e3, 1e-9) } else { (law(-0.5), law(-0.55)) };
        let widest = width == 3;
        e4::Measured {
            // The median is the middle one, whatever the others are.
            from_infinite: vec![0.0, infinite, 50.0],
            from_own: vec![own, 0.0, 70.0],
            ranking: match (widest, seed) {
                (false, _) => ranking(9.0, -1.0, 9.0),
                (true, 0) => ranking(1e-5, 0.99, 1.0),
                (true, _) => ranking(2e-4, 0.97, 1.3),
            },
            span: if widest { [8.0, 6.0][seed] } else { 1.0 },
            net_kernel: if widest { [0.9, 0.8][seed] } else { -1.0 },
            steps: (1, 2),
            diverged: 0,
        }
    };
    let rows: Vec<Vec<e4::Measured>> = (0..2).map(|seed| (0..4).map(|width| measured(seed, width)).collect()).collect();
    let (figures, failed) = judged(&e4::outcome(&settings, &rows));
    // The median of two is their mean.
    close(&figures, &[-0.5, -0.55, 2e-4, 0.98, 1.15, 0.85, 6.0]);
    assert_eq!(failed, [1, 2, 4, 5]);
}

/// By pair and width: ratios at the nearest distance and at the furthest, of two seeds.
fn cell(near: [[f64; 3]; 2], far: [[f64; 3]; 2], redrawn: [f64; 2], of_bound: [f64; 2]) -> [e7::Measured; 2] {
    [0, 1].map(|seed| e7::Measured {
        ratios: vec![near[seed].to_vec(), far[seed].to_vec()],
        redrawn: redrawn.map(|largest| vec![0.0, largest, 0.0]).to_vec(),
        train_errors: vec![0.0; 3],
        surrogate: e7::Surrogate { ratios: vec![vec![1.0; 3]; 2], of_bound: of_bound[seed] },
    })
}

#[test]
fn e7_takes_the_worst_distance_of_every_pair_and_width() {
    let settings = e7::Settings {
        seeds: 2,
        widths: vec![64, 256],
        spacing: 50,
        distances: vec![2, 10],
        ..e7::Settings::default()
    };
    let flat = [[1.0; 3]; 2];
    let cells = [
        // Largest over median: 4/2 and 4/1 near, 1 far.
        cell([[1.0, 2.0, 4.0], [1.0, 1.0, 4.0]], flat, [6.0, 2.0], [0.5, 0.2]),
        // Twice as far as the narrow one at the furthest distance, half as far at the nearest.
        cell([[2.0; 3]; 2], [[3.0; 3], [1.0; 3]], [4.0, 2.0], [0.1, 1.1]),
        cell(flat, flat, [5.0, 1.0], [0.9, 0.9]),
        cell(flat, flat, [5.0, 1.0], [0.0, 0.0]),
    ];
    let rows = [0, 1].map(|seed| cells.iter().map(|cell| cell[seed].clone()).collect::<Vec<_>>());
    let (figures, failed) = judged(&e7::outcome(&settings, &rows));
    let evenness = [3.0, 1.0, 1.0, 1.0];
    close(&figures, &[&evenness[..], &[2.0, 1.0], &[4.0, 1.0, 1.0, 1.0], &[2.0], &[1.1]].concat());
    assert_eq!(failed, [4, 6, 11]);
    // A control in which a start for every alpha changes nothing is none.
    let still = rows.map(|cells| {
        cells.into_iter().map(|cell| e7::Measured { redrawn: cell.ratios.clone(), ..cell }).collect::<Vec<_>>()
    });
    assert!(judged(&e7::outcome(&settings, &still)).1.contains(&10));
}
