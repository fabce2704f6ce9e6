//! How far predictions move: ratios over pairs, and jumps.
use crate::theory_draws::{dot, normals};
use nas::seed::Seed;
use nas::theory::Standing;
use nas::theory::lipschitz::{JUMP, Lipschitz, Move, Over, Pair, estimate, jumps, moves};

#[test]
fn distances_of_a_pair() {
    let pair = Pair { alphas: [&[1.0, 1.0], &[4.0, 5.0]], predictions: [&[0.0, 1.0, 2.0, 3.0], &[0.0, 1.0, 2.0, 1.0]] };
    assert_eq!(pair.distance(Over::Largest), Move { alpha: 5.0, prediction: 2.0 });
    assert_eq!(pair.distance(Over::RootMeanSquare), Move { alpha: 5.0, prediction: 1.0 });
    assert_eq!(pair.distance(Over::Largest).ratio(), 0.4);
    let none = Pair { alphas: [&[], &[]], predictions: [&[], &[]] };
    for over in [Over::Largest, Over::RootMeanSquare] {
        assert_eq!(none.distance(over).ratio(), 0.0);
    }
}

#[test]
#[should_panic(expected = "prediction: 1 values against 2")]
fn predictions_of_other_samples_are_refused() {
    let _ = Pair { alphas: [&[1.0], &[2.0]], predictions: [&[0.0], &[0.0, 1.0]] }.distance(Over::Largest);
}

/// The same α and another model: nothing is Lipschitz. A model that diverged is not hidden.
#[test]
fn ratios_at_their_ends() {
    assert_eq!(Move { alpha: 0.0, prediction: 1.0 }.ratio(), f64::INFINITY);
    assert_eq!(Move { alpha: 0.0, prediction: 0.0 }.ratio(), 0.0);
    assert_eq!(estimate(&[]), None);
    let diverged = [Move { alpha: 1.0, prediction: f64::NAN }, Move { alpha: 1.0, prediction: 1.0 }];
    assert!(estimate(&diverged).unwrap().largest.is_nan());
    assert_eq!(jumps(&diverged, JUMP).first().unwrap().pair, 0);
}

/// f_α(x) = ⟨α, x⟩ has L = max ‖x‖: no pair exceeds it, and the pair along the longest x reaches it.
#[test]
fn linear_models_are_measured_from_below() {
    let mut stream = Seed::new(0).split("linear").stream();
    let samples: Vec<Vec<f64>> = (0..20).map(|_| normals(3, &mut stream)).collect();
    let longest = samples.iter().max_by(|a, b| dot(a, a).total_cmp(&dot(b, b))).unwrap();
    let predict = |alpha: &[f64]| samples.iter().map(|x| dot(alpha, x)).collect::<Vec<f64>>();
    let distance =
        |a: &[f64], b: &[f64], over| Pair { alphas: [a, b], predictions: [&predict(a), &predict(b)] }.distance(over);
    let random: Vec<[Vec<f64>; 2]> = (0..50).map(|_| [normals(3, &mut stream), normals(3, &mut stream)]).collect();
    let moves: Vec<Move> = random.iter().map(|[a, b]| distance(a, b, Over::Largest)).collect();
    let limit = dot(longest, longest).sqrt();
    let found = estimate(&moves).unwrap();
    assert!(found.largest <= limit && found.largest > 0.5 * limit && found.median <= found.largest, "{found:?}");
    let along = distance(&[0.0; 3], longest, Over::Largest);
    assert!((along.ratio() - limit).abs() < 1e-14 * limit);
    for ([a, b], largest) in random.iter().zip(&moves) {
        assert!(distance(a, b, Over::RootMeanSquare).prediction <= largest.prediction);
    }
    assert_eq!((found.lipschitz(), found.lipschitz().standing()), {
        (Lipschitz::Estimated(found.largest), Standing::Estimate)
    });
    assert!(jumps(&moves, 1e3).is_empty());
}

/// |α|-smooth training with one saddle: the pairs that straddle it jump, by its height, and no others.
#[test]
fn a_step_is_found_where_it_is() {
    let f = |alpha: f64| alpha.sin() + if alpha > 0.505 { 1.0 } else { 0.0 };
    let moves: Vec<Move> = (0..100)
        .map(|i| f64::from(i) / 100.0)
        .map(|alpha| Move { alpha: 0.01, prediction: (f(alpha + 0.01) - f(alpha)).abs() })
        .collect();
    let found = jumps(&moves, JUMP);
    assert_eq!(found.iter().map(|jump| jump.pair).collect::<Vec<_>>(), [50]);
    assert!((found[0].height - 1.0).abs() < 1e-3, "{found:?}");
}

/// The control of E7: a start drawn again for every α moves predictions by as much however near they are.
#[test]
fn a_start_that_is_drawn_again_is_no_slope() {
    let moves = |prediction: fn(f64) -> f64| {
        [0.02, 0.05, 0.1]
            .iter()
            .flat_map(|&alpha| vec![Move { alpha, prediction: prediction(alpha) }; 10])
            .collect::<Vec<_>>()
    };
    let again = jumps(&moves(|alpha| 0.5 + alpha), JUMP);
    assert!(again.iter().map(|jump| jump.pair).eq(0..10), "{again:?}");
    assert_eq!(jumps(&moves(|alpha| 7.0 * alpha), 1.5), []);
    assert_eq!(jumps(&[], JUMP), []);
}

/// Every two of the models once, but for pairs of one α and for what diverged.
#[test]
fn every_two_models_are_a_pair() {
    let mut stream = Seed::new(1).split("pairs").stream();
    for count in 0..6_usize {
        let models: Vec<[Vec<f64>; 2]> = (0..count).map(|_| [3, 4].map(|n| normals(n, &mut stream))).collect();
        let seen = || models.iter().map(|[alpha, predictions]| [&**alpha, &**predictions]);
        let found = moves(seen());
        assert_eq!(found.len(), count * count.saturating_sub(1) / 2);
        let mut at = found.iter();
        for (i, [a, f]) in models.iter().enumerate() {
            for [b, g] in &models[..i] {
                let alpha = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                let prediction = f.iter().zip(g).map(|(f, g)| (f - g).abs()).fold(0.0, f64::max);
                let moved = at.next().unwrap();
                assert!((moved.alpha - alpha).abs() < 1e-14 && moved.prediction == prediction, "{moved:?}");
            }
        }
        // The first once more, rounded otherwise, and one that diverged.
        let again: Vec<Vec<f64>> =
            models.first().iter().map(|[alpha, _]| vec![alpha[0] + 1e-9, alpha[1], alpha[2]]).collect();
        let other = [0.0; 4];
        let lost = [f64::NAN, 0.0, 0.0, 0.0];
        let more = again.iter().flat_map(|alpha| [[&**alpha, &other[..]], [&[9.0; 3], &lost[..]]]);
        let added = if count == 0 { 0 } else { count - 1 };
        assert_eq!(moves(seen().chain(more)).len(), found.len() + added);
    }
}
