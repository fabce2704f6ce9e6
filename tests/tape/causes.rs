
#[test]
fn zz() {
    let fs: [(&str, for<'t> fn(Var<'t>) -> Var<'t>); 5] = [
        ("sc", |x| x.sin().powi(2) + x.cos().powi(2)),
        ("el", |x| (x * 3.0).exp().ln() - x * 3.0),
        ("ee", |x| x.exp() * (-x).exp()),
        ("lt", |x| x.tanh() - (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())),
        ("big", |x| (x * 1e6).sin() * 1e-6),
    ];
    for (name, f) in fs {
        for at in [0.3, 1.7] {
            println!("{name} {at}\n{}", function(|x| f(x[0]), &[(Shape::SCALAR, &[at])], &Options::default()));
        }
    }
}
