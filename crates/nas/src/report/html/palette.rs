//! The colours of the page. Drawings carry the light ones as attributes; the style sheet replaces them by variables, so that one
//! drawing serves both schemes.

use plotters::style::RGBColor;

/// One role in both schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// The name of its CSS variable.
    pub name: &'static str,
    /// Red, green and blue on a light ground.
    pub light: [u8; 3],
    /// Red, green and blue on a dark ground.
    pub dark: [u8; 3],
}

/// The ground, in both schemes.
pub const SURFACES: Colour = Colour { name: "ground", light: [255, 255, 255], dark: [22, 25, 29] };

/// What is drawn: the text, quiet text, grid lines, the accent, and the series. The series have the hues of Okabe and Ito, which
/// colour-blind people tell apart, made darker or lighter until each stands out from the ground.
pub const PALETTE: [Colour; 12] = [
    Colour { name: "ink", light: [27, 31, 36], dark: [236, 239, 242] },
    Colour { name: "quiet", light: [91, 99, 109], dark: [160, 168, 178] },
    Colour { name: "grid", light: [221, 225, 230], dark: [54, 60, 67] },
    Colour { name: "accent", light: [10, 106, 120], dark: [92, 196, 212] },
    Colour { name: "series-0", light: [0, 91, 158], dark: [90, 160, 240] },
    Colour { name: "series-1", light: [204, 85, 0], dark: [245, 122, 56] },
    Colour { name: "series-2", light: [0, 128, 96], dark: [44, 190, 142] },
    Colour { name: "series-3", light: [176, 78, 134], dark: [226, 140, 190] },
    Colour { name: "series-4", light: [184, 122, 0], dark: [230, 162, 20] },
    Colour { name: "series-5", light: [46, 143, 196], dark: [126, 204, 246] },
    Colour { name: "series-6", light: [134, 126, 0], dark: [240, 228, 80] },
    Colour { name: "series-7", light: [107, 100, 112], dark: [176, 170, 182] },
];

/// The text and what matters most.
pub(super) const INK: Colour = PALETTE[0];
/// Text and lines that stand back.
pub(super) const QUIET: Colour = PALETTE[1];
/// Grid lines.
pub(super) const GRID: Colour = PALETTE[2];
/// The one accent.
pub(super) const ACCENT: Colour = PALETTE[3];
/// How many series have a colour of their own.
pub(super) const SERIES: usize = PALETTE.len() - 4;

impl Colour {
    /// As the drawing library takes it.
    pub(in crate::report) fn rgb(self) -> RGBColor {
        let [r, g, b] = self.light;
        RGBColor(r, g, b)
    }

    /// As it stands in the attributes of a drawing.
    pub(super) fn light_code(&self) -> String {
        code(self.light)
    }

    /// What replaces it on a dark ground.
    pub(super) fn dark_code(&self) -> String {
        code(self.dark)
    }
}

/// The colour of a candidate. From the ninth on they come again, and their lines are dashed.
pub(in crate::report) fn series(candidate: usize) -> Colour {
    PALETTE[4 + candidate % SERIES]
}

fn code([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02X}{g:02X}{b:02X}")
}
