//! The constants of `f32`.

use super::Constants;

impl Constants for f32 {
    // Error 2^-27.37.
    const EXP: &'static [Self] = &[0.5, 0.16666494, 0.04166613, 0.008371695, 0.0013955358];
    const LN_2: [Self; 2] = [0.69314575, 1.4286068e-06];
    // Error 2^-30.20.
    const LOG: &'static [Self] = &[0.66666776, 0.39977577, 0.29871064];
    // Error 2^-36.78.
    const LOG_TAIL: &'static [Self] = &[0.40000153, 0.2854709, 0.23419638];
    // Error 2^-27.71.
    const TANH: &'static [Self] = &[-0.3333328, 0.13331406, -0.053736515, 0.02062823, -0.0056924797];
    // Error 2^-30.06.
    const ERF: &'static [Self] =
        &[0.12837917, -0.3761263, 0.11283626, -0.02685573, 0.0051923925, -0.0008049515, 7.9950485e-05];
    const LIGHT_REACH: Self = 14.7;
    const TAIL_SCALE: Self = 0.375;
    // Error 2^-27.41.
    const ERFC: &'static [Self] = &[0.38044444, 0.58316547, 0.6992308, 0.61640936, 0.3335145, 0.01654554, -0.15049744];
    const ERFC_CENTRE: Self = 0.470_703_13;
    // Error 2^-25.66.
    const TAIL: &'static [Self] = &[
        0.4834931,
        0.6128715,
        0.47894704,
        0.10647019,
        -0.17675716,
        -0.09991887,
        0.11419201,
        0.058379713,
        -0.10314607,
        0.017674357,
        0.017516328,
    ];
    const TAIL_CENTRE: Self = 0.418_945_3;
    // Error 2^-27.26.
    const LOG_1P: &'static [Self] = &[
        -0.38971823,
        0.19150715,
        -0.10353139,
        0.059018187,
        -0.03477359,
        0.021110732,
        -0.013569671,
        0.008485778,
        -0.0032170694,
    ];
    const LOG_1P_CENTRE: Self = 0.4375;
    // Error 2^-27.84.
    const SIN: &'static [Self] = &[-0.16666654, 0.008332106, -0.00019507884];
    // Error 2^-26.53.
    const LIGHT_SIN: &'static [Self] = &[-0.1666666, 0.00833307, -0.00019809835, 2.606066e-06];
    // Error 2^-32.86.
    const COS: &'static [Self] = &[0.041666646, -0.0013887304, 2.4431201e-05];
    const HALF_PI_TERMS: [Self; 3] = [Self::from_bits(0x3fc9_0fda), 7.5497894e-08, 5.390303e-15];
    const HALF_PI_PARTS: [Self; 4] = [1.5706787, 0.000117614865, 9.920313e-10, 6.223372e-14];
    const HALF_PI: [Self; 2] = [std::f32::consts::FRAC_PI_2, -4.371139e-08];
    // Error 2^-28.48.
    const ATAN: &'static [Self] = &[
        -0.333333,
        0.1999853,
        -0.14264016,
        0.10950878,
        -0.08399277,
        0.057880208,
        -0.03109486,
        0.010866914,
        -0.0017822615,
    ];
    // Error 2^-27.62.
    const ASIN: &'static [Self] = &[0.16666752, 0.074953094, 0.04546915, 0.02418478, 0.0421583];
    const TRIG_REACH: Self = 1024.0;
    const FRACTION: usize = 23;
    const FRACTION_MASK: Self = Self::from_bits(0x007f_ffff);
    const UPPER_HALF: Self = Self::from_bits(0xffff_f000);
    const MAGIC: Self = 12_582_912.0;
    const TWO_TO_FRACTION: Self = 8_388_608.0;
    const BIAS: Self = 127.0;
    const TWO_OVER_ROOT_PI: [Self; 2] = [std::f32::consts::FRAC_2_SQRT_PI, -5.863_538_3e-8];
    const FAR_LEFT: [Self; 3] = [-87.0, 60.625, 4.687_022_5e-27];
    const ROOT_HALF: Self = std::f32::consts::FRAC_1_SQRT_2;
    const ONE_LESS_ROOT_HALF: Self = Self::from_bits(1.0_f32.to_bits() - Self::ROOT_HALF.to_bits());
    const NORMAL: Self = Self::MIN_POSITIVE;
    const EXP_RANGE: [Self; 2] = [-105.0, 90.0];
    const EXPM1_LEAST: Self = -30.0;
    const GAUSS_REACH: Self = 11.0;
    const HALF_EXPONENT: Self = 64.0;
    const LIFT: [Self; 2] = [Self::from_bits((127 + 64) << 23), Self::from_bits((127 - 64) << 23)];
    const POWER_REACH: f64 = 4_294_967_296.0;
}
