//! Elementary functions of SLEEF on AVX2, if the system has it.
#![expect(unsafe_code, reason = "a foreign library of functions over registers")]

use libloading::Library;

/// A function over slices.
pub(crate) type Map = Box<dyn Fn(&[f32], &mut [f32])>;

/// An open library.
pub(crate) struct Sleef(
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "its names are those of x86-64"))] Library,
);

impl Sleef {
    /// The library of the system.
    pub(crate) fn load() -> Option<&'static Self> {
        // SAFETY: it does nothing when it is loaded.
        let library = unsafe { Library::new("libsleef.so.3") }.ok()?;
        // It stays open to the end, and so do its functions.
        Some(Box::leak(Box::new(Self(library))))
    }

    /// The function of this name with an error of at most 1 unit in the last place.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn function(&'static self, name: &str) -> Option<Map> {
        use std::arch::x86_64::{__m256, _mm256_loadu_ps, _mm256_storeu_ps};

        // SAFETY: to be called where there is AVX2.
        #[expect(improper_ctypes_definitions, reason = "a register is passed in a register where AVX2 is compiled for")]
        type Packed = unsafe extern "C" fn(__m256) -> __m256;

        #[target_feature(enable = "avx2,fma")]
        fn map(function: Packed, x: &[f32], out: &mut [f32]) {
            assert_eq!((x.len(), x.len() % 8), (out.len(), 0), "whole registers");
            for (x, out) in x.as_chunks::<8>().0.iter().zip(out.as_chunks_mut::<8>().0) {
                // SAFETY: both arrays are as long as a register, and the function takes and gives one.
                unsafe { _mm256_storeu_ps(out.as_mut_ptr(), function(_mm256_loadu_ps(x.as_ptr()))) };
            }
        }

        if !(std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")) {
            return None;
        }
        let symbol = format!("Sleef_{name}f8_u10avx2");
        // SAFETY: by this name SLEEF has a function of one register that gives one.
        let function: Packed = *unsafe { self.0.get::<Packed>(symbol.as_bytes()) }.ok()?;
        // SAFETY: the CPU has just been asked for both features.
        Some(Box::new(move |x, out| unsafe { map(function, x, out) }))
    }

    /// There is none for this CPU.
    #[cfg(not(target_arch = "x86_64"))]
    pub(crate) fn function(&'static self, _: &str) -> Option<Map> {
        None
    }
}
