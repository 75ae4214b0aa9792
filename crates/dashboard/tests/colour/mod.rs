//! Colours as CSS computes them.

/// sRGB, 0 to 1 each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rgb([f64; 3]);

/// Lightness 0 to 1, chroma, hue in degrees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Oklch([f64; 3]);

/// Half a step of eight bits either way, and as much for a table that was rounded twice.
const STEP: f64 = 1.01 / 255.0;
/// So far outside of sRGB a colour still rounds to one inside.
const EDGE: f64 = 0.004;

impl Rgb {
    /// `#rrggbb`.
    pub(crate) fn parse(text: &str) -> Self {
        let digits = text.strip_prefix('#').unwrap_or_else(|| panic!("{text} is no colour"));
        let part =
            |at: usize| f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
        Self([part(0), part(2), part(4)])
    }

    pub(crate) fn is_close_to(self, other: Self) -> bool {
        self.0.iter().zip(other.0).all(|(one, other)| (one - other).abs() <= STEP)
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let linear = |part: f64| {
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl Oklch {
    /// `15.5% .006 255`.
    pub(crate) fn parse(text: &str) -> Self {
        let parts: Vec<f64> = text
            .split(' ')
            .map(|part| part.trim_end_matches('%').parse().unwrap_or_else(|_| panic!("{text}")))
            .collect();
        let [lightness, chroma, hue] = parts[..] else { panic!("{text} has not three parts") };
        Self([lightness / 100.0, chroma, hue])
    }

    /// By the matrices of CSS Color 4, section 10.9; `None` outside of sRGB.
    pub(crate) fn to_rgb(self) -> Option<Rgb> {
        let [lightness, chroma, hue] = self.0;
        let (a, b) = (chroma * hue.to_radians().cos(), chroma * hue.to_radians().sin());
        let long = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let middle = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let short = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
        let linear = [
            4.076_741_662_1 * long - 3.307_711_591_3 * middle + 0.230_969_929_2 * short,
            -1.268_438_004_6 * long + 2.609_757_401_1 * middle - 0.341_319_396_5 * short,
            -0.004_196_086_3 * long - 0.703_418_614_7 * middle + 1.707_614_701 * short,
        ];
        let encoded = linear.map(|part: f64| {
            let size = part.abs();
            let size = if size <= 0.003_130_8 {
                12.92 * size
            } else {
                1.055 * size.powf(1.0 / 2.4) - 0.055
            };
            size.copysign(part)
        });
        let inside = encoded.iter().all(|part| (-EDGE..=1.0 + EDGE).contains(part));
        inside.then(|| Rgb(encoded.map(|part| part.clamp(0.0, 1.0))))
    }
}

/// WCAG 2.2, "contrast ratio": 1 to 21.
pub(crate) fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (one.luminance(), other.luminance());
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
