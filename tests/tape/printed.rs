//! Programs as the printer prints them: this file is compiled, and its programs compared.

fn program_0() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(1, 4);
    let x1 = tape.input(1, 0);
    let y2 = tape.full(1, 4, 0.5);
    let y3 = x0.less(y2);
    let y4 = tape.constant(0, 3, &[]);
    let y5 = x1.tanh();
    let y6 = y5 * 0.9;
    let y7 = y6 + 0.0;
    let y8 = y7.asin();
    let y9 = x0.mixture_dot(&tape::Bank::new([tape::Activation::Gelu, tape::Activation::Square]), 0, x0, 2);
    let y10 = y3.expand(0, 4);
    let y11 = y10.row_log_sum_exp();
    let y12 = y9.tanh();
    let y13 = y12 * 0.9;
    let y14 = y13 + 0.0;
    let y15 = y14.ln_1p();
    let y16 = x0 + 1.7237619161605835;
    let y17 = -y16;
    let y18 = y9.gather([], 1, 0);
    let y19 = x1 + y18;
    let y20 = y16.sign();
    tape::Recording::new([x0, x1], [y4, y8, y11, y15, y17, y19, y20], &[&[1.6566818952560425, 1.1429837942123413, 1.141828179359436, 1.7453924417495728], &[]])
}

fn program_1() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(4, 2);
    let x1 = tape.input(2, 3);
    let x2 = tape.input(4, 2);
    let y3 = x0.tanh();
    let y4 = y3 * 0.875;
    let y5 = y4 + 1.125;
    let y6 = y5.recip();
    let y7 = x1.tanh();
    let y8 = y7 * 0.9;
    let y9 = y8 + 0.0;
    let y10 = y9.ln_1p();
    let y11 = x2.erf();
    let y12 = y10.logistic();
    let y13 = x2 + 1.2614022493362427;
    let y14 = y13.unslice(0, tape::Shape::new(9, 1));
    let y15 = y14.gather([0, 1, 2, 3, 4, 5], 2, 3);
    let y16 = y12.min(y15);
    let y17 = x2.tanh();
    let y18 = y17 * 0.9;
    let y19 = y18 + 0.0;
    let y20 = y19.asin();
    let y21 = y10.gather([0, 1, 2, 3, 4, 5, 0, 1], 4, 2);
    let y22 = y21.tanh();
    let y23 = y22 * 2.0;
    let y24 = y23 + 0.0;
    let y25 = x0 * y24;
    let y26 = y12.tanh();
    let y27 = y26 * 0.875;
    let y28 = y27 + 1.125;
    let y29 = y28.powf(-0.7);
    tape::Recording::new([x0, x1, x2], [y6, y11, y16, y20, y25, y29], &[&[0.12599694728851318, -0.48158323764801025, -0.04242241382598877, 1.7054861783981323, 1.9461008310317993, 0.33132684230804443, 1.64787757396698, 1.607359766960144], &[-1.7453912496566772, -1.8086212873458862, -0.9480429887771606, -1.6543501615524292, 1.9196275472640991, -1.4724549055099487], &[-1.8928240537643433, -1.6660772562026978, 0.3855403661727905, -1.3391169309616089, 1.1777671575546265, 0.5859488248825073, 1.9557100534439087, 0.7641288042068481]])
}

fn program_2() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(2, 3);
    let x1 = tape.input(0, 0);
    let x2 = tape.input(3, 3);
    let y3 = x0.abs();
    let y4 = x2.exp();
    let y5 = y3.atan();
    let y6 = tape.constant(0, 0, &[]);
    let y7 = y4.tanh();
    let y8 = y7 * 0.875;
    let y9 = y8 + 1.125;
    let y10 = y9.ln();
    let y11 = -y10;
    let y12 = y5.tanh();
    let y13 = y12 * 0.9;
    let y14 = y13 + 0.0;
    let y15 = y14.asin();
    let y16 = x0.exp();
    let y17 = y10.sum();
    let y18 = y17 * 0.1111111111111111;
    let y19 = y18.expand(2, 3);
    let y20 = y4.slice(2, 3, 2);
    tape::Recording::new([x0, x1, x2], [x1, y6, y11, y15, y16, y19, y20], &[&[-1.9539567232131958, 0.9068187475204468, 0.6167570352554321, -1.7168389558792114, -1.8936761617660522, 1.2479361295700073], &[], &[-0.9850033521652222, -0.22794783115386963, 1.856953740119934, -1.1550356149673462, 0.0545886754989624, -1.5591226816177368, 0.7413085699081421, 0.16018617153167725, -0.141271710395813]])
}

fn program_3() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(3, 1);
    let x1 = tape.input(0, 3);
    let x2 = tape.input(1, 4);
    let y3 = x0.cos();
    let y4 = y3.gather([0, 1, 2, 0], 1, 4);
    let y5 = y4.tanh();
    let y6 = y5 * 2.0;
    let y7 = y6 + 0.0;
    let y8 = x2.mixture_dot(&tape::Bank::new([tape::Activation::Gelu, tape::Activation::Softplus, tape::Activation::Square]), 2, y7, 1);
    let y9 = x0.tanh();
    let y10 = y9 * 0.875;
    let y11 = y10 + 1.125;
    let y12 = y11.powf(0.0);
    let y13 = y12.gather([], 0, 1);
    let y14 = y13.tanh();
    let y15 = y14 * 2.0;
    let y16 = y15 + 0.0;
    let y17 = x0.matmul(y16.t());
    let y18 = x2 + 1.4877232313156128;
    let y19 = tape.full(1, 4, 0.5);
    let y20 = x2.sin();
    let y21 = y17.tanh();
    let y22 = y21 * 2.0;
    let y23 = y22 + 0.0;
    let y24 = y23.exp_m1();
    let y25 = y12.max(y3);
    let y26 = y19.scatter_add([0, 6, 0, 6], 3, 4);
    tape::Recording::new([x0, x1, x2], [x1, y8, y18, y20, y24, y25, y26], &[&[1.474065899848938, 0.23315465450286865, 0.24972760677337646], &[], &[0.1341794729232788, -1.3055003881454468, -1.610110878944397, 0.14370906352996826]])
}

fn program_4() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(4, 2);
    let x1 = tape.input(0, 2);
    let x2 = tape.input(4, 2);
    let y3 = x0.gather([], 0, 2);
    let y4 = x1.less(y3);
    let y5 = x0.gather([0, 1], 2, 1);
    let y6 = x1.mixture_order(&tape::Bank::new([tape::Activation::Identity, tape::Activation::Erf]), 2, y5);
    let y7 = y4.min(y6);
    let y8 = x2 * -1.4692250490188599;
    let y9 = tape.full(2, 4, 0.5);
    let y10 = y9.row_log_sum_exp();
    let y11 = y7.tanh();
    let y12 = y11 * 2.0;
    let y13 = y12 + 0.0;
    let y14 = x0.gather([], 0, 1);
    let y15 = y13.t().matmul(y14);
    let y16 = y4.slice(0, 0, 0);
    let y17 = x0.sum();
    let y18 = y16.sign();
    let y19 = x0.cos();
    tape::Recording::new([x0, x1, x2], [y8, y10, y15, y17, y18, y19], &[&[-0.6506632566452026, -0.2972327470779419, -0.6583243608474731, 1.2551058530807495, 0.4342104196548462, 1.9549082517623901, -0.8066531419754028, -0.29565370082855225], &[], &[0.8785277605056763, 1.9256514310836792, -0.9792767763137817, -1.7586556673049927, 0.26454222202301025, -1.3759444952011108, 1.475023627281189, -0.4662712812423706]])
}

fn program_5() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(0, 1);
    let x1 = tape.input(1, 0);
    let x2 = tape.input(4, 2);
    let y3 = x1.logistic();
    let y4 = y3.erf();
    let y5 = x2.slice(8, 0, 0);
    let y6 = y5.erf();
    let y7 = y6.erf();
    let y8 = y6.stop_gradient();
    let y9 = y7.slice(0, 0, 0);
    let y10 = x1.erf();
    let y11 = y8.sign();
    let y12 = y7.stop_gradient();
    tape::Recording::new([x0, x1, x2], [x0, y4, y9, y10, y11, y12], &[&[], &[], &[1.3613592386245728, 1.425521731376648, -0.5906399488449097, -0.5462161302566528, 1.987305998802185, 0.08101308345794678, 0.8787680864334106, 1.0409389734268188]])
}

fn program_6() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(1, 1);
    let x1 = tape.input(2, 4);
    let y2 = x0.expand(2, 4);
    let y3 = x1.select(x1, y2);
    let y4 = x1.min(y3);
    let y5 = y3.unslice(0, tape::Shape::new(9, 1));
    let y6 = x0.tanh();
    let y7 = y6 * 0.9;
    let y8 = y7 + 0.0;
    let y9 = y8.asin();
    let y10 = -x0;
    let y11 = y5.tanh();
    let y12 = y11 * 2.0;
    let y13 = y12 + 0.0;
    let y14 = y3.gather([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1], 9, 2);
    let y15 = y14.tanh();
    let y16 = y15 * 2.0;
    let y17 = y16 + 0.0;
    let y18 = y13.t().matmul(y17);
    let y19 = y5.sum();
    let y20 = y19 * 0.1111111111111111;
    let y21 = y20.tanh();
    let y22 = y21 * 2.0;
    let y23 = y22 + 0.0;
    let y24 = x0.mixture_dot(&tape::Bank::new([tape::Activation::Tanh, tape::Activation::Elu(2.0.into()), tape::Activation::Square]), 2, y23, 1);
    let y25 = y4.tanh();
    let y26 = tape.constant(2, 2, &[-1.0982393026351929, 0.947980523109436, 1.2184005975723267, -1.3117433786392212]);
    tape::Recording::new([x0, x1], [y9, y10, y18, y24, y25, y26, x0], &[&[-0.31817734241485596], &[0.060260891914367676, -0.2479931116104126, -0.4083977937698364, 1.1841017007827759, -1.833088755607605, -0.7306567430496216, -0.8584052324295044, -0.7072027921676636]])
}

fn program_7() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(4, 2);
    let y1 = x0.erf();
    let y2 = y1.tanh();
    let y3 = y2 * 2.0;
    let y4 = y3 + 0.0;
    let y5 = y4.sin();
    let y6 = y1.min(y5);
    let y7 = tape.full(4, 4, 1.672078251838684);
    let y8 = x0.atan();
    let y9 = y5.tanh();
    let y10 = y9 * 2.0;
    let y11 = y10 + 0.0;
    let y12 = y11.exp();
    let y13 = y5.tanh();
    let y14 = y13 * 2.0;
    let y15 = y14 + 0.0;
    let y16 = y15.sum();
    let y17 = y7.tanh();
    let y18 = y17 * 2.0;
    let y19 = y18 + 0.0;
    let y20 = y19.exp();
    let y21 = x0.unslice(0, tape::Shape::new(9, 1));
    let y22 = y8.unslice(2, tape::Shape::new(10, 1));
    tape::Recording::new([x0], [y6, y12, y16, y20, y21, y22], &[&[1.5056904554367065, 0.06099569797515869, -0.6409319639205933, 1.122261643409729, -1.2946995496749878, -1.6190294027328491, 1.1739927530288696, -1.1949185132980347]])
}

fn program_8() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(3, 2);
    let x1 = tape.input(1, 0);
    let y2 = tape.full(1, 2, -0.5723146200180054);
    let y3 = x1 * 0.9565106630325317;
    let y4 = x1.select(x1, y3);
    let y5 = x0.tanh();
    let y6 = x0.exp_m1();
    let y7 = y4.min(y4);
    let y8 = y5.stop_gradient();
    let y9 = y6.tanh();
    let y10 = y9.tanh();
    let y11 = y10 * 2.0;
    let y12 = y11 + 0.0;
    let y13 = y12 * x0;
    tape::Recording::new([x0, x1], [y2, y7, y8, y3, y13], &[&[1.274514079093933, 1.3673466444015503, -1.126043438911438, -0.404682993888855, 1.3062864542007446, 1.380588173866272], &[]])
}

fn program_9() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(0, 3);
    let x1 = tape.input(0, 1);
    let x2 = tape.input(3, 4);
    let y3 = -x0;
    let y4 = x0.tanh();
    let y5 = y4 * 0.875;
    let y6 = y5 + 1.125;
    let y7 = y6.powf(1.5);
    let y8 = x1.abs();
    let y9 = x2.unslice(0, tape::Shape::new(13, 1));
    let y10 = tape.full(3, 4, 0.5);
    let y11 = y10.tanh();
    let y12 = y11 * 2.0;
    let y13 = y12 + 0.0;
    let y14 = x2.mixture_order(&tape::Bank::new([tape::Activation::Relu, tape::Activation::Gelu, tape::Activation::Silu]), 1, y13);
    let y15 = y8 + 0.8097966909408569;
    let y16 = y15 + x1;
    let y17 = y7.tanh();
    let y18 = y17 * 0.875;
    let y19 = y18 + 1.125;
    let y20 = x0 / y19;
    let y21 = y20.t();
    let y22 = y16.slice(0, 0, 0);
    tape::Recording::new([x0, x1, x2], [y3, y9, y14, y21, y22], &[&[], &[], &[0.17775309085845947, 1.8801263570785522, 1.520011067390442, 0.44955146312713623, -1.1861070394515991, 1.4284590482711792, -1.7933546304702759, -1.6414090394973755, -1.1894944906234741, 1.2395206689834595, -1.7072185277938843, -1.825804591178894]])
}

fn program_10() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(1, 4);
    let x1 = tape.input(4, 4);
    let x2 = tape.input(3, 3);
    let y3 = tape.full(0, 0, -0.8272665739059448);
    let y4 = tape.full(1, 4, 0.5);
    let y5 = x0 + y4;
    let y6 = y3.tanh();
    let y7 = y6 * 0.875;
    let y8 = y7 + 1.125;
    let y9 = y8.recip();
    let y10 = x1.gather([0, 1], 1, 2);
    let y11 = y10.row_log_sum_exp();
    let y12 = x0.tanh();
    let y13 = y12 * 0.875;
    let y14 = y13 + 1.125;
    let y15 = y14.powf(1.0);
    let y16 = y11.expand(2, 2);
    let y17 = y16.row_log_sum_exp();
    let y18 = y9.tanh();
    let y19 = y18 * 0.875;
    let y20 = y19 + 1.125;
    let y21 = y3 / y20;
    let y22 = y11.expand(3, 2);
    let y23 = y22.row_log_sum_exp();
    let y24 = y23.erf();
    let y25 = y3.tanh();
    let y26 = y25 * 2.0;
    let y27 = y26 + 0.0;
    let y28 = y21.tanh();
    let y29 = y28 * 2.0;
    let y30 = y29 + 0.0;
    let y31 = y27.t().matmul(y30);
    tape::Recording::new([x0, x1, x2], [x2, y5, y15, y17, y24, y31], &[&[0.4072147607803345, -1.9365416765213013, 0.4608498811721802, 1.284131407737732], &[-1.5729809999465942, -0.7764495611190796, -1.8512996435165405, 1.8135241270065308, 0.9243451356887817, -0.9676262140274048, 1.3156167268753052, 1.0330501794815063, 1.243392825126648, -1.9119213819503784, 1.650591254234314, 0.3681684732437134, 0.502684473991394, 1.9604355096817017, 0.6803461313247681, 0.004431605339050293], &[0.6077128648757935, -1.2001320123672485, 1.8473581075668335, 0.8880935907363892, -1.8852280378341675, -0.6564997434616089, -1.456699252128601, 0.3056725263595581, 0.3226252794265747]])
}

fn program_11() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(3, 2);
    let y1 = x0.less(x0);
    let y2 = y1.t();
    let y3 = tape.full(0, 4, -1.3447078466415405);
    let y4 = tape.full(3, 4, 0.5);
    let y5 = y4.row_log_sum_exp();
    let y6 = y1.reshape(1, 6);
    let y7 = y1.tanh();
    let y8 = y7 * 2.0;
    let y9 = y8 + 0.0;
    let y10 = x0.gather([], 0, 3);
    let y11 = y9.t().matmul(y10.t());
    let y12 = y3 + -1.190228819847107;
    let y13 = x0 * -0.2959812879562378;
    let y14 = tape.full(2, 0, 0.5);
    let y15 = y13.gather([], 2, 0);
    let y16 = y11.select(y14, y15);
    tape::Recording::new([x0], [y2, y5, y6, y12, y16], &[&[-0.5539883375167847, 0.8237186670303345, -1.519205927848816, 1.9709140062332153, -0.4229811429977417, 1.0739825963974]])
}

fn program_12() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(0, 4);
    let x1 = tape.input(4, 0);
    let x2 = tape.input(1, 3);
    let y3 = x2.tanh();
    let y4 = y3 * 0.875;
    let y5 = y4 + 1.125;
    let y6 = y5.sqrt();
    let y7 = tape.constant(3, 3, &[-1.7319480180740356, 0.401326060295105, -1.2613292932510376, 1.6212955713272095, 0.48228490352630615, 0.1970452070236206, 0.9108501672744751, 0.48948919773101807, 1.9698017835617065]);
    let y8 = x2.tanh();
    let y9 = y8 * 0.875;
    let y10 = y9 + 1.125;
    let y11 = y10.sqrt();
    let y12 = y6.t();
    let y13 = y6.logistic();
    let y14 = y6.erf();
    let y15 = x0.exp_m1();
    let y16 = x2.sign();
    let y17 = y11.tanh();
    let y18 = y17 * 2.0;
    let y19 = y18 + 0.0;
    let y20 = y12.gather([0, 1, 2], 1, 3);
    let y21 = y20.tanh();
    let y22 = y21 * 2.0;
    let y23 = y22 + 0.0;
    let y24 = y19.mixture_dot(&tape::Bank::new([tape::Activation::Square, tape::Activation::Relu, tape::Activation::Identity]), 2, y23, 3);
    let y25 = y14.expand(3, 3);
    let y26 = y7 + y25;
    tape::Recording::new([x0, x1, x2], [x1, y13, y15, y16, y24, y26], &[&[], &[], &[0.46437275409698486, -1.3188749551773071, 0.6500626802444458]])
}

fn program_13() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(3, 0);
    let y1 = x0.gather([], 0, 3);
    let y2 = x0.mixture_dot(&tape::Bank::new([tape::Activation::Sin, tape::Activation::Gelu]), 2, x0, 2);
    let y3 = y1.tanh();
    let y4 = y3 * 2.0;
    let y5 = y4 + 0.0;
    let y6 = tape.full(0, 3, 0.5);
    let y7 = y5 * y6;
    let y8 = y1.sign();
    let y9 = x0.sign();
    let y10 = y7.tanh();
    let y11 = y10 * 0.875;
    let y12 = y11 + 1.125;
    let y13 = y12.ln();
    let y14 = y8.less(y8);
    let y15 = y9.reshape(0, 1);
    let y16 = y14.tanh();
    let y17 = y16 * 2.0;
    let y18 = y17 + 0.0;
    let y19 = y1.tanh();
    let y20 = y19 * 2.0;
    let y21 = y20 + 0.0;
    let y22 = y18 * y21;
    let y23 = tape.full(3, 0, 0.5);
    let y24 = y23.tanh();
    let y25 = y24 * 2.0;
    let y26 = y25 + 0.0;
    let y27 = x0 * y26;
    tape::Recording::new([x0], [y2, y13, y15, y22, y27], &[&[]])
}

pub(crate) const PROGRAMS: [fn() -> tape::Recording; 14] = [program_0, program_1, program_2, program_3, program_4, program_5, program_6, program_7, program_8, program_9, program_10, program_11, program_12, program_13];
