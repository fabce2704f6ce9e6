//! The polynomials of the elementary functions, lowest power first, and what belongs to them.
//!
//! All are minimax fits of this project: Remez exchange at 130 bits or more, minimising the relative error of the function that the
//! polynomial serves, coefficients rounded one after the other (`f32`) or at once (`f64`). The error beside each is measured
//! with the rounded coefficients and exact arithmetic.

/// The constants of one element type.
pub trait Constants: Sized + 'static {
    /// (eʳ − 1 − r)/r² for |r| ≤ 0.36, in powers of r; the error is that of eʳ.
    const EXP: &'static [Self];
    /// ln 2 as a sum. The first term is short: its product with an exponent is exact.
    const LN_2: [Self; 2];
    /// (2 artanh s − 2s)/s³ for s² ≤ 0.0295, in powers of s²; the error is that of the logarithm.
    const LOG: &'static [Self];
    /// (2 artanh s − 2s − ⅔s³)/s⁵ on the same range, in powers of s².
    const LOG_TAIL: &'static [Self];
    /// (tanh x − x)/x³ for |x| ≤ 0.625, in powers of x².
    const TANH: &'static [Self];
    /// erf x/x − 1 for |x| ≤ 0.92, in powers of x².
    const ERF: &'static [Self];
    /// The scale p of the variable t = 1/(1 + p·x) of [`Self::ERFC`] and [`Self::TAIL`].
    const TAIL_SCALE: Self;
    /// exp(x²)·erfc x/t for x ≥ 0.79 as long as erf x is not 1, in powers of t − k with k = [`Self::ERFC_CENTRE`]: t makes of
    /// all x a short interval, with one division (Hastings, Approximations for Digital Computers, 1955).
    const ERFC: &'static [Self];
    /// The t at which the variable of [`Self::ERFC`] is 0.
    const ERFC_CENTRE: Self;
    /// 2·exp(x²/2)·Φ(−x)/t for x ≥ 0, in powers of t − k with k = [`Self::TAIL_CENTRE`], where Φ is the distribution function of the
    /// normal distribution.
    const TAIL: &'static [Self];
    /// The t at which the variable of [`Self::TAIL`] is 0.
    const TAIL_CENTRE: Self;
    /// Up to here 2³¹·exp(−x²/2) is normal.
    const LIGHT_REACH: Self;
    /// (ln(1 + e) − e)/e² for 0 ≤ e ≤ 1, in powers of e − k with k = [`Self::LOG_1P_CENTRE`]; the error is that of the logarithm.
    const LOG_1P: &'static [Self];
    /// The e at which the variable of [`Self::LOG_1P`] is 0.
    const LOG_1P_CENTRE: Self;
    /// (sin r − r)/r³ for |r| ≤ 0.79, in powers of r².
    const SIN: &'static [Self];
    /// (cos r − 1 + r²/2)/r⁴ on the same range, in powers of r².
    const COS: &'static [Self];
    /// π/2 as a sum of three terms, none of them negative: the first two are cut off, not rounded.
    const HALF_PI_TERMS: [Self; 3];
    /// π/2 as a sum of four terms, none of them negative. The first three are short: their products with numbers of quadrants up to [`Self::TRIG_REACH`] are exact.
    const HALF_PI_PARTS: [Self; 4];
    /// π/2 as a sum of its nearest element and the rest.
    const HALF_PI: [Self; 2];
    /// The |x| up to which the reduction of an argument of sine and cosine is exact enough: for `f32` every argument up to it has
    /// been tried, and the errors are below 1.5 units in the last place.
    const TRIG_REACH: Self;
    /// (arctan x − x)/x³ for |x| ≤ 1, in powers of x².
    const ATAN: &'static [Self];
    /// (arcsin x − x)/x³ for |x| ≤ ½, in powers of x².
    const ASIN: &'static [Self];
    /// The number m of bits of a fraction.
    const FRACTION: usize;
    /// The bits of a fraction.
    const FRACTION_MASK: Self;
    /// The upper bits of an element, so few that the square of what they hold is exact.
    const UPPER_HALF: Self;
    /// 3·2ᵐ⁻¹: a whole number added to it stands in the last bits of the sum.
    const MAGIC: Self;
    /// 2ᵐ; its last bits, read as a whole number k, make it 2ᵐ + k.
    const TWO_TO_FRACTION: Self;
    /// The exponent whose bits are 0, negated.
    const BIAS: Self;
    /// 2/√π as a sum of its nearest element and the rest.
    const TWO_OVER_ROOT_PI: [Self; 2];
    /// Below the first eˣ is subnormal, or nearly: there it is exp(x + the second)·the third, where the sum is exact and the third
    /// exp(−the second) to a hundredth of a unit in the last place.
    const FAR_LEFT: [Self; 3];
    /// √½, rounded.
    const ROOT_HALF: Self;
    /// The bits of 1 less those of [`Self::ROOT_HALF`].
    const ONE_LESS_ROOT_HALF: Self;
    /// The smallest normal number.
    const NORMAL: Self;
    /// The least and the largest x at which eˣ is neither 0 nor ∞, or a little beyond.
    const EXP_RANGE: [Self; 2];
    /// An x below which eˣ − 1 is −1.
    const EXPM1_LEAST: Self;
    /// An x beyond which exp(−x²) is 0.
    const GAUSS_REACH: Self;
    /// A whole number h so that 2^h and 2^(n − h) are normal for every n that is an exponent of a number or of 0 or ∞ made by [`Self::EXP_RANGE`].
    const HALF_EXPONENT: Self;
    /// 2^h and 2^−h for h = [`Self::HALF_EXPONENT`].
    const LIFT: [Self; 2];
    /// A power p so large that xᵖ is 0, 1 or ∞ for every x.
    const POWER_REACH: f64;
}

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

impl Constants for f64 {
    // Error 2^-56.62.
    const EXP: &'static [Self] = &[
        0.5000000000000019,
        0.16666666666666713,
        0.04166666666646184,
        0.008333333333297948,
        0.0013888888961863747,
        0.00019841269936819714,
        2.4801473993294154e-05,
        2.7557199450481305e-06,
        2.763711162860328e-07,
        2.5123041397671327e-08,
    ];
    const LN_2: [Self; 2] = [0.6931471806019545, -4.2009150726810846e-11];
    // Error 2^-58.82.
    const LOG: &'static [Self] = &[
        0.6666666666666735,
        0.39999999999413133,
        0.28571428742765714,
        0.2222219853114836,
        0.18183566668807213,
        0.15313986786026387,
        0.14796624269675035,
    ];
    // Error 2^-66.28.
    const LOG_TAIL: &'static [Self] = &[
        0.3999999999999998,
        0.2857142857144515,
        0.22222222217526988,
        0.18181818871477728,
        0.1538455679155556,
        0.13336320480587488,
        0.11674756236777564,
        0.1198953286610372,
    ];
    // Error 2^-55.72.
    const TANH: &'static [Self] = &[
        -0.33333333333332854,
        0.1333333333326209,
        -0.05396825393126698,
        0.02186948757608187,
        -0.00886322100249425,
        0.0035919891728768464,
        -0.0014549588737394381,
        0.0005863165277573666,
        -0.00022856418768839445,
        7.714434178722047e-05,
        -1.6072558238156125e-05,
    ];
    // Error 2^-54.35.
    const ERF: &'static [Self] = &[
        0.1283791670955126,
        -0.3761263890318371,
        0.1128379167095286,
        -0.0268661706446382,
        0.005223977619886251,
        -0.0008548326653099479,
        0.00012055317287374494,
        -1.4925211018543322e-05,
        1.6453870064844123e-06,
        -1.6262860264155435e-07,
        1.3979233246613597e-08,
        -8.329286343594063e-10,
    ];
    const LIGHT_REACH: Self = 38.0;
    const TAIL_SCALE: Self = 0.25;
    // Error 2^-55.87.
    const ERFC: &'static [Self] = &[
        0.27269318718020413,
        0.48414469029593327,
        0.7645507714154752,
        1.067591311189928,
        1.3048454099576747,
        1.372522768908283,
        1.2063199359148595,
        0.8354472477661354,
        0.3902648932938118,
        0.039054165636212,
        -0.11381973736171329,
        -0.09034337182483754,
        -0.005298885245316687,
        0.038014635909933654,
        0.0225714218111151,
        -0.021636434605010347,
    ];
    const ERFC_CENTRE: Self = 0.497_314_453_125;
    // Error 2^-54.12.
    const TAIL: &'static [Self] = &[
        0.2836461681899234,
        0.3776689668210801,
        0.4372236360709845,
        0.426221424556568,
        0.32879909059676027,
        0.17047071160935534,
        0.01649796892709588,
        -0.06438466796116953,
        -0.051741818432142046,
        0.006350308125976989,
        0.03623396035890039,
        0.011927115140935824,
        -0.022581465490346134,
        -0.016750633065942683,
        0.014959716615939107,
        0.018140759470588408,
        -0.011065700131472669,
        -0.021702107770367508,
        0.012617652127734032,
        0.03642517534574842,
        -0.06390634810182048,
        0.04699591809190361,
        -0.017692999855746027,
        0.0028140395401820262,
    ];
    const TAIL_CENTRE: Self = 0.304_931_640_625;
    // Error 2^-54.42.
    const LOG_1P: &'static [Self] = &[
        -0.3897182370514628,
        0.19150697186258703,
        -0.1035302497346391,
        0.05902680985417849,
        -0.034825097073543074,
        0.02104489590249552,
        -0.012945594575160233,
        0.008073484647176124,
        -0.00509038746688961,
        0.0032382931955879006,
        -0.0020753624097592264,
        0.0013384648524935561,
        -0.0008684655314504856,
        0.0005662822531639859,
        -0.0003672345662206198,
        0.00023624065259809896,
        -0.00016367748671387145,
        0.00012718228286102048,
        -8.12059792937378e-05,
        2.532988380623906e-05,
    ];
    const LOG_1P_CENTRE: Self = 0.4375;
    // Error 2^-56.17.
    const SIN: &'static [Self] = &[
        -0.16666666666666627,
        0.008333333333321442,
        -0.00019841269829029557,
        2.7557313421296944e-06,
        -2.505071559476547e-08,
        1.5894320415654942e-10,
    ];
    // Error 2^-61.37.
    const COS: &'static [Self] = &[
        0.04166666666666659,
        -0.001388888888887209,
        2.4801587288234955e-05,
        -2.7557313997444637e-07,
        2.087567565401125e-09,
        -1.1357209522239836e-11,
    ];
    const HALF_PI_TERMS: [Self; 3] = [std::f64::consts::FRAC_PI_2, 6.123233995736765e-17, 1.082856673921914e-32];
    const HALF_PI_PARTS: [Self; 4] =
        [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32];
    const HALF_PI: [Self; 2] = [std::f64::consts::FRAC_PI_2, 6.123233995736766e-17];
    // Error 2^-55.60.
    const ATAN: &'static [Self] = &[
        -0.33333333333333287,
        0.19999999999990445,
        -0.1428571428503655,
        0.11111111086445208,
        -0.09090908547218755,
        0.07692299711352958,
        -0.0666658371928833,
        0.05881716132592512,
        -0.052594336902672095,
        0.04744925771152958,
        -0.042863899757309226,
        0.038210043757398775,
        -0.03278539475906636,
        0.026151622641195707,
        -0.018614155676739425,
        0.011317618933102293,
        -0.005612370540830207,
        0.002151581770641421,
        -0.0005928917285990157,
        0.00010387168932616517,
        -8.654195571300259e-06,
    ];
    // Error 2^-58.91.
    const ASIN: &'static [Self] = &[
        0.1666666666666676,
        0.07499999999970798,
        0.04464285717461318,
        0.030381942707732933,
        0.022372214988744234,
        0.01735161199923434,
        0.013980820667337163,
        0.011398911571998795,
        0.01078025515834752,
        0.0037064031357799125,
        0.021707454865844408,
        -0.020999067267054083,
        0.032628623671978926,
    ];
    const TRIG_REACH: Self = 1_572_864.0;
    const FRACTION: usize = 52;
    const FRACTION_MASK: Self = Self::from_bits(0x000f_ffff_ffff_ffff);
    const UPPER_HALF: Self = Self::from_bits(0xffff_ffff_f800_0000);
    const MAGIC: Self = 6_755_399_441_055_744.0;
    const TWO_TO_FRACTION: Self = 4_503_599_627_370_496.0;
    const BIAS: Self = 1023.0;
    const TWO_OVER_ROOT_PI: [Self; 2] = [std::f64::consts::FRAC_2_SQRT_PI, 1.533_545_961_316_588e-17];
    const FAR_LEFT: [Self; 3] = [-708.0, 101.312_5, 1.001_244_865_941_163e-44];
    const ROOT_HALF: Self = std::f64::consts::FRAC_1_SQRT_2;
    const ONE_LESS_ROOT_HALF: Self = Self::from_bits(1.0_f64.to_bits() - Self::ROOT_HALF.to_bits());
    const NORMAL: Self = Self::MIN_POSITIVE;
    const EXP_RANGE: [Self; 2] = [-750.0, 711.0];
    const EXPM1_LEAST: Self = -50.0;
    const GAUSS_REACH: Self = 28.0;
    const HALF_EXPONENT: Self = 512.0;
    const LIFT: [Self; 2] = [Self::from_bits((1023 + 512) << 52), Self::from_bits((1023 - 512) << 52)];
    const POWER_REACH: f64 = 18_446_744_073_709_551_616.0;
}
