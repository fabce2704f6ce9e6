//! A network without the candidates that none of its mixtures uses.
use nas::model::{Mlp, Predictor, candidates};
use nas::seed::Seed;
use nas::trial::without_zeros;

#[test]
fn outputs_stay_and_unused_candidates_go() {
    let bank = candidates::bank(&["relu", "tanh", "sin", "identity"]).unwrap();
    let x: Vec<f64> = (0..3 * 7).map(|i| (i as f64 * 0.9).sin()).collect();
    for (hidden, groups, shared) in
        [(vec![4], 1, false), (vec![4], 2, false), (vec![4, 6], 2, false), (vec![4, 6], 2, true)]
    {
        let model = Mlp { inputs: 3, hidden, outputs: 2, bank: bank.clone(), groups, shared };
        let theta = model.start(Seed::new(1));
        // Tanh is in no mixture, identity in the first alone.
        let mixture = |m: usize| [0.5 + m as f64, 0.0, 0.25, if m == 0 { -0.5 } else { 0.0 }];
        let alpha: Vec<f64> = (0..model.mixtures()).flat_map(mixture).collect();
        let (few, coefficients) = without_zeros(&model, &alpha);
        assert_eq!((few.bank.len(), coefficients.len()), (3, 3 * model.mixtures()));
        assert_eq!(few.parameters(), model.parameters());
        let all = Predictor::<f64>::new(&model, 7).predict(&theta, &alpha, &x);
        let found = Predictor::<f64>::new(&few, 7).predict(&theta, &coefficients, &x);
        let off = all.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(all.len() == 14 && off < 1e-13, "{groups} groups, shared {shared}: {off:e}");
    }
}

#[test]
fn a_full_mixture_stays_as_it_is() {
    let bank = candidates::bank(&["relu", "tanh"]).unwrap();
    let model = Mlp { inputs: 1, hidden: vec![2], outputs: 1, bank, groups: 1, shared: false };
    assert_eq!(without_zeros(&model, &[0.3, 0.7]), (model, vec![0.3, 0.7]));
}
