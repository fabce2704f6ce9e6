//! Programs as the printer prints them: this file is compiled, and its programs compared.

fn program_0() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(1, 1);
    let y1 = x0.tanh();
    let y2 = y1 * 0.875;
    let y3 = y2 + 1.125;
    let y4 = y3.ln();
    let y5 = x0.powi(3);
    let y6 = y4.t();
    let y7 = y5.tanh();
    let y8 = y7 * 0.875;
    let y9 = y8 + 1.125;
    let y10 = y9.ln();
    let y11 = y6.abs();
    let y12 = y11.tanh();
    let y13 = y12 * 2.0;
    let y14 = y13 + 0.0;
    let y15 = y14.sin();
    let y16 = y10.min(y4);
    let y17 = y4.tanh();
    let y18 = y17 * 0.875;
    let y19 = y18 + 1.125;
    let y20 = y19.powf(2.0);
    tape::Recording::new([x0], [y15, y16, y20], &[&[0.08543646335601807]])
}

fn program_1() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(3, 1);
    let x1 = tape.input(0, 2);
    let x2 = tape.input(0, 3);
    let y3 = x2.scatter_add([], 2, 2);
    let y4 = tape.full(2, 2, 0.5);
    let y5 = y3.min(y4);
    let y6 = tape.constant(3, 2, &[0.8079034090042114, -1.8372384309768677, -0.30656182765960693, 0.9456101655960083, -1.1539610624313354, 1.8066807985305786]);
    let y7 = x1.erf();
    let y8 = x0.sign();
    let y9 = tape.full(3, 3, 0.5);
    let y10 = y9.row_log_sum_exp();
    let y11 = y5.atan();
    tape::Recording::new([x0, x1, x2], [y6, y7, y8, y10, y11], &[&[-1.1633902788162231, -1.4787346124649048, -1.304531455039978], &[], &[]])
}

fn program_2() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(0, 0);
    let y1 = x0.sign();
    let y2 = y1.tanh();
    let y3 = y2 * 0.875;
    let y4 = y3 + 1.125;
    let y5 = y4.recip();
    let y6 = y5.tanh();
    let y7 = y6 * 0.9;
    let y8 = y7 + 0.0;
    let y9 = y8.ln_1p();
    let y10 = y5.sign();
    let y11 = y10.less(x0);
    let y12 = y5.less(x0);
    let y13 = y9.tanh();
    let y14 = y13 * 2.0;
    let y15 = y14 + 0.0;
    let y16 = y15.cos();
    let y17 = y11.less(y9);
    tape::Recording::new([x0], [y12, y16, y17], &[&[]])
}

fn program_3() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(0, 3);
    let y1 = tape.full(2, 1, 0.5);
    let y2 = y1.row_log_sum_exp();
    let y3 = y2.tanh();
    let y4 = y3 * 2.0;
    let y5 = y4 + 0.0;
    let y6 = y5.exp_m1();
    let y7 = y6 - y6;
    let y8 = y7.sign();
    let y9 = y8.tanh();
    let y10 = y9 * 0.9;
    let y11 = y10 + 0.0;
    let y12 = y11.ln_1p();
    let y13 = y2.logistic();
    let y14 = x0.gather([], 0, 3);
    let y15 = y12.slice(1, 0, 1);
    tape::Recording::new([x0], [y13, y14, y15], &[&[]])
}

fn program_4() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(0, 3);
    let x1 = tape.input(0, 2);
    let y2 = tape.constant(3, 1, &[-1.5673466920852661, -1.0340343713760376, -0.5132642984390259]);
    let y3 = tape.full(3, 1, 0.5);
    let y4 = y2.select(y3, y2);
    let y5 = x0.max(x0);
    let y6 = tape.full(3, 2, 0.5);
    let y7 = y6.row_log_sum_exp();
    let y8 = y4.tanh();
    let y9 = y8 * 2.0;
    let y10 = y9 + 0.0;
    let y11 = x1.sum_rows();
    let y12 = y11 * 2.0;
    let y13 = y10.matmul(y12);
    let y14 = x1.tanh();
    let y15 = y14 * 0.875;
    let y16 = y15 + 1.125;
    let y17 = y16.ln();
    tape::Recording::new([x0, x1], [y5, y7, y13, y17], &[&[], &[]])
}

fn program_5() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(0, 3);
    let x1 = tape.input(2, 3);
    let y2 = x1 * x1;
    let y3 = y2 - y2;
    let y4 = y2.tanh();
    let y5 = y4 * 2.0;
    let y6 = y5 + 0.0;
    let y7 = y6.mixture_order(&tape::Bank::new([tape::Activation::Softplus, tape::Activation::Relu]), 1, x1);
    let y8 = y3.abs();
    let y9 = y8.tanh();
    let y10 = y9 * 2.0;
    let y11 = y10 + 0.0;
    let y12 = tape.full(2, 2, 0.5);
    let y13 = y12.tanh();
    let y14 = y13 * 2.0;
    let y15 = y14 + 0.0;
    let y16 = y11.t().matmul(y15);
    let y17 = x1.tanh();
    let y18 = y17 * 0.875;
    let y19 = y18 + 1.125;
    let y20 = y19.powf(-0.7);
    tape::Recording::new([x0, x1], [y7, y16, y20], &[&[], &[-1.1935681104660034, -0.33767926692962646, -1.0148440599441528, -0.9823135137557983, -0.0919116735458374, -1.5185860395431519]])
}

fn program_6() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(3, 3);
    let x1 = tape.input(1, 1);
    let x2 = tape.input(1, 3);
    let y3 = x1.expand(3, 3);
    let y4 = x0.select(y3, x0);
    let y5 = y4.sum_rows();
    let y6 = y5 * 0.3333333333333333;
    let y7 = y6.tanh();
    let y8 = y7 * 2.0;
    let y9 = y8 + 0.0;
    let y10 = x1.t().matmul(y9);
    let y11 = y10.sum();
    let y12 = y11 * 0.3333333333333333;
    let y13 = x1.select(x1, y12);
    let y14 = x1.expand(2, 1);
    let y15 = y14.row_log_sum_exp();
    let y16 = y15.tanh();
    let y17 = y16 * 0.9;
    let y18 = y17 + 0.0;
    let y19 = y18.asin();
    let y20 = x1.expand(2, 1);
    let y21 = y4.gather([0, 1], 2, 1);
    let y22 = y19.select(y20, y21);
    let y23 = x0.tanh();
    let y24 = y23 * 0.875;
    let y25 = y24 + 1.125;
    let y26 = y25.sqrt();
    let y27 = y15.abs();
    tape::Recording::new([x0, x1, x2], [x2, y13, y22, y26, y27], &[&[0.988334059715271, -1.0224047899246216, -0.18687903881072998, 1.5704575777053833, 0.681930661201477, 0.5874193906784058, -1.796099066734314, -1.8071898221969604, -1.4787930250167847], &[-0.14154040813446045], &[-0.8965815305709839, -1.6200319528579712, 1.0177239179611206]])
}

fn program_7() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(0, 2);
    let x1 = tape.input(0, 2);
    let x2 = tape.input(1, 0);
    let y3 = x1.sin();
    let y4 = x0 + 0.0703359842300415;
    let y5 = y3.tanh();
    let y6 = y5 * 2.0;
    let y7 = y6 + 0.0;
    let y8 = tape.full(2, 2, 0.5);
    let y9 = y8.tanh();
    let y10 = y9 * 2.0;
    let y11 = y10 + 0.0;
    let y12 = y7.matmul(y11.t());
    let y13 = y12 - y3;
    let y14 = -y12;
    let y15 = x2.exp_m1();
    let y16 = y3.gather([], 0, 2);
    tape::Recording::new([x0, x1, x2], [y4, y13, y14, y15, y16], &[&[], &[], &[]])
}

fn program_8() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(3, 3);
    let y1 = x0.tanh();
    let y2 = y1 * 0.9;
    let y3 = y2 + 0.0;
    let y4 = y3.asin();
    let y5 = tape.full(0, 3, 0.35288918018341064);
    let y6 = y4 + 0.7449604272842407;
    let y7 = x0.tanh();
    let y8 = y7 * 0.875;
    let y9 = y8 + 1.125;
    let y10 = y9.recip();
    let y11 = y6.tanh();
    let y12 = y11 * 2.0;
    let y13 = y12 + 0.0;
    let y14 = y4.tanh();
    let y15 = y14 * 2.0;
    let y16 = y15 + 0.0;
    let y17 = y13.mixture_dot(&tape::Bank::new([tape::Activation::Sin, tape::Activation::Sigmoid, tape::Activation::Erf]), 1, y16, 1);
    let y18 = y17.tanh();
    let y19 = y18 * 2.0;
    let y20 = y19 + 0.0;
    let y21 = y20.cos();
    let y22 = y21.tanh();
    let y23 = y22 * 2.0;
    let y24 = y23 + 0.0;
    let y25 = y24.exp_m1();
    tape::Recording::new([x0], [y5, y10, y25], &[&[-0.7768470048904419, -0.4601970911026001, -0.2201300859451294, -1.2684727907180786, -0.9186738729476929, 1.5793052911758423, 0.898023247718811, -0.8617981672286987, 0.8295701742172241]])
}

fn program_9() -> tape::Recording {
    let tape = tape::Tape::new();
    let x0 = tape.input(3, 2);
    let y1 = x0.reshape(2, 3);
    let y2 = y1.atan();
    let y3 = y2.unslice(1, tape::Shape::new(8, 1));
    let y4 = x0.reshape(1, 6);
    let y5 = y3.sign();
    let y6 = y3.stop_gradient();
    let y7 = y4.tanh();
    let y8 = y7 * 0.9;
    let y9 = y8 + 0.0;
    let y10 = y9.ln_1p();
    let y11 = y1.tanh();
    let y12 = y11 * 2.0;
    let y13 = y12 + 0.0;
    let y14 = y10.gather([0, 1, 2, 3, 4, 5], 2, 3);
    let y15 = y14.tanh();
    let y16 = y15 * 2.0;
    let y17 = y16 + 0.0;
    let y18 = y13.mixture(&tape::Bank::new([tape::Activation::Softplus, tape::Activation::Tanh]), y17);
    tape::Recording::new([x0], [y5, y6, y18], &[&[1.6066981554031372, -1.7468773126602173, 0.24117028713226318, -1.566593050956726, 0.8570023775100708, -0.7571402788162231]])
}

pub(crate) const PROGRAMS: [fn() -> tape::Recording; 10] = [program_0, program_1, program_2, program_3, program_4, program_5, program_6, program_7, program_8, program_9];
