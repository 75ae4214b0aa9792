//! Secrets that are none: what documents show, people copy, and everybody can try.

/// What samples are made of, longest first, in lower case and without what stands between words. What
/// is left of a secret without them has to be enough by itself.
const SAMPLE_WORDS: [&str; 30] = [
    "missiondashboardsecretkey",
    "yoursecuresecretkey",
    "missioncontrol",
    "administrator",
    "development",
    "placeholder",
    "characters",
    "production",
    "changethis",
    "dashboard",
    "changeme",
    "insecure",
    "password",
    "replace",
    "default",
    "example",
    "mission",
    "qwerty",
    "sample",
    "secure",
    "please",
    "change",
    "secret",
    "random",
    "super",
    "token",
    "admin",
    "test",
    "your",
    "key",
];

/// Letters and digits that a secret of words needs besides those of samples: as many as stand for 64
/// bits when they are drawn.
const NEEDED_BESIDES: usize = 16;

/// Whether anybody would guess it: made of the words of samples, of one part again and again, or of
/// characters in their order.
pub(super) fn is_sample(text: &str) -> bool {
    let plain: String =
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let rest = SAMPLE_WORDS.iter().fold(plain.clone(), |rest, word| rest.replace(word, ""));
    let of_words = rest.len() < plain.len() && rest.len() < NEEDED_BESIDES;
    of_words || repeats_itself(text) || is_in_order(text)
}

/// `abababab`: one part, at least twice.
fn repeats_itself(text: &str) -> bool {
    let text = text.as_bytes();
    (1..=text.len() / 2).any(|period| text.iter().zip(&text[period..]).all(|(a, b)| a == b))
}

/// `abcdefgh…`, `98765432…`: most characters follow the one before.
fn is_in_order(text: &str) -> bool {
    let steps = text.as_bytes().windows(2).filter(|pair| pair[0].abs_diff(pair[1]) == 1).count();
    text.len() > 1 && 2 * steps > text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_anybody_would_guess_is_a_sample() {
        for sample in [
            "mission-dashboard-secret-key",
            "your-secure-secret-key",
            "Mission_Dashboard_Secret_Key_Mission_Dashboard",
            "changeme",
            "secret",
            "ChangeMe-ChangeMe-ChangeMe-ChangeMe",
            "please-change-this-super-secret-key-in-production",
            "your-secret-key-of-32-characters-",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabcabcabcabcabcabcabc",
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "zyxwvutsrqponmlkjihgfedcba9876543210",
        ] {
            assert!(is_sample(sample), "{sample}");
        }
    }

    #[test]
    fn a_secret_of_ones_own_is_none() {
        for own in [
            "correct-horse-battery-staple-and-a-hay-wain",
            "a-secret-key-of-thirty-two-characters-and-more",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "7Gq2vXo0pLr9sTz4bNc8yWm1eKd6hJf3",
            "canary-of-the-administrator-0123456789abcdef",
        ] {
            assert!(!is_sample(own), "{own}");
        }
    }
}
