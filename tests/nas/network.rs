//! `model.safetensors`: there and back, and what is not one.
use nas::model::{Mlp, Predictor, candidates};
use nas::run::{NetworkError, Trained};
use nas::seed::Seed;
use proptest::prelude::*;
use serde_json::Value;

fn trained(hidden: &[usize], groups: usize, shared: bool) -> Trained {
    let names = ["relu", "tanh", "sin"];
    let bank = candidates::bank(&names).unwrap();
    let model = Mlp { inputs: 2, hidden: hidden.to_vec(), outputs: 3, bank, groups, shared };
    let alpha = (0..model.coefficients()).map(|i| (i as f64 * 0.7).cos()).collect();
    Trained { theta: model.start(Seed::new(1)), alpha, candidates: names.map(str::to_owned).into(), model }
}

fn bytes() -> Vec<u8> {
    trained(&[4, 6], 2, false).to_bytes().unwrap()
}

/// The header of a file: eight bytes with its length, then JSON.
fn header(bytes: &[u8]) -> Value {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    serde_json::from_slice(&bytes[8..8 + length]).unwrap()
}

#[test]
fn a_network_comes_back_as_it_went() {
    for hidden in [vec![4], vec![4, 6]] {
        for (groups, shared) in [(1, false), (2, false), (2, true)] {
            let network = trained(&hidden, groups, shared);
            assert_eq!(Trained::from_bytes(&network.to_bytes().unwrap()).unwrap(), network);
        }
    }
}

fn shapes(network: &Trained) -> Vec<(String, String)> {
    let header = header(&network.to_bytes().unwrap());
    assert_eq!(header["__metadata__"]["candidates"], "relu,tanh,sin");
    let tensors = header.as_object().unwrap().iter().filter(|(name, _)| *name != "__metadata__");
    let mut shapes: Vec<(String, String)> = tensors
        .map(|(name, tensor)| {
            assert_eq!(tensor["dtype"], "F64");
            (name.clone(), tensor["shape"].to_string())
        })
        .collect();
    shapes.sort();
    shapes
}

#[test]
fn tensors_have_the_documented_names_and_shapes() {
    let own = |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect::<Vec<_>>();
    let layers = [
        ("layers.0.alpha", "[2,3]"),
        ("layers.0.bias", "[4]"),
        ("layers.0.weight", "[2,4]"),
        ("layers.1.alpha", "[2,3]"),
        ("layers.1.bias", "[6]"),
        ("layers.1.weight", "[4,6]"),
        ("layers.2.bias", "[3]"),
        ("layers.2.weight", "[6,3]"),
    ];
    assert_eq!(shapes(&trained(&[4, 6], 2, false)), own(&layers));
    let shared: Vec<(&str, &str)> = [("alpha", "[2,3]")]
        .into_iter()
        .chain(layers.into_iter().filter(|(name, _)| !name.ends_with("alpha")))
        .collect();
    assert_eq!(shapes(&trained(&[4, 6], 2, true)), own(&shared));
}

/// The file with one text of its header replaced by another of the same length.
fn changed(from: &str, to: &str) -> String {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes();
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap_or_else(|| panic!("{from}"));
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    match Trained::from_bytes(&bytes) {
        Ok(network) => panic!("{from} as {to} is accepted: {network:?}"),
        Err(NetworkError::Format(error)) => format!("format: {error}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let cases = [
        ("\"dtype\":\"F64\",\"shape\":[2,4]", "\"dtype\":\"I64\",\"shape\":[2,4]", "layers.0.weight"),
        ("layers.1.bias", "layers.1.bIas", "layers.1.bias"),
        ("layers.1.alpha", "layers.1.alphb", "layers.1.alpha"),
        ("layers.0.weight", "layers.0.wEight", "layers.0.weight"),
        ("layers.2.weight", "layers.2.wEight", "a layer"),
        ("[2,4]", "[4,2]", "layers.0"),
        ("[4,6]", "[6,4]", "layers.1"),
        ("[6,3]", "[9,2]", ""),
        ("relu,tanh,sin", "relu,tamh,sin", "did you mean \"tanh\"?"),
        ("relu,tanh,sin", "relu,tanh,,,,", "\"\""),
        ("relu,tanh,sin", "relu,softplus", "layers.0.alpha"),
        ("\"candidates\"", "\"kandidates\"", "the list of candidates"),
    ];
    for (from, to, names) in cases {
        let message = changed(from, to);
        assert!(message.contains(names) && !message.contains('\n'), "{from} as {to}: {message}");
    }
    assert!(matches!(Trained::from_bytes(b""), Err(NetworkError::Format(_))));
}

proptest! {
    #[test]
    fn broken_files_are_refused_or_read_and_never_panic(
        cut in 0.0..1.0_f64, flips in prop::collection::vec((0.0..1.0_f64, 1..=255_u8, prop::bool::ANY), 0..4),
    ) {
        let whole = bytes();
        let cut = (cut * whole.len() as f64) as usize;
        prop_assert!(Trained::from_bytes(&whole[..cut]).is_err());
        let (mut broken, in_header) = (whole.clone(), header(&whole).to_string().len());
        for (at, flip, anywhere) in flips {
            let most = if anywhere { broken.len() } else { in_header };
            broken[(at * most as f64) as usize] ^= flip;
        }
        if let Ok(network) = Trained::from_bytes(&broken) {
            let x = vec![0.5; network.model.inputs];
            let f = Predictor::<f64>::new(&network.model, 1).predict(&network.theta, &network.alpha, &x);
            prop_assert_eq!(f.len(), network.model.outputs);
        }
    }
}

/// Without a hidden layer there is no mixture: no network of this program.
#[test]
fn a_single_layer_is_refused() {
    let linear = trained(&[], 1, false);
    let error = Trained::from_bytes(&linear.to_bytes().unwrap()).unwrap_err();
    assert!(matches!(&error, NetworkError::Form { what } if what == "layers.0.alpha"), "{error}");
}
