//! Words of a line, and times as HAProxy writes them.

/// Returns the words of a line without its comment; `None` where a quote is not closed.
pub(super) fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut open) = (Vec::new(), String::new(), false);
    let mut quote = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(own), _) if character == own => quote = None,
            (Some('"') | None, '\\') => {
                word.extend(characters.next());
                open = true;
            }
            (Some(_), _) => word.push(character),
            (None, '"' | '\'') => {
                quote = Some(character);
                open = true;
            }
            (None, '#') => break,
            (None, _) if character.is_whitespace() => {
                if open {
                    words.push(std::mem::take(&mut word));
                    open = false;
                }
            }
            (None, _) => {
                word.push(character);
                open = true;
            }
        }
    }
    if open {
        words.push(word);
    }
    quote.is_none().then_some(words)
}

/// Returns a time [s]: a number of milliseconds, or one with `us`, `ms`, `s`, `m`, `h` or `d`.
pub(super) fn time(word: &str) -> Option<f64> {
    let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = word.split_at(digits);
    let seconds = match unit {
        "us" => 1e-6,
        "ms" | "" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    number.parse::<u64>().ok().map(|number| number as f64 * seconds)
}

/// Returns a whole number.
pub(super) fn whole(word: &str) -> Option<f64> {
    word.parse::<u32>().ok().map(f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_at_spaces_outside_quotes_and_at_comments() {
        let own = |line| words(line).unwrap();
        assert_eq!(own("  acl a path_beg '/a b' \"c\\\"d\" # e"), ["acl", "a", "path_beg", "/a b", "c\"d"]);
        assert_eq!(own("a\\ b \"\""), ["a b", ""]);
        assert_eq!(words("a 'b"), None);
        assert!(own("# all").is_empty());
    }

    #[test]
    fn a_bare_time_is_in_milliseconds() {
        assert_eq!(time("1500"), Some(1.5));
        assert_eq!(time("1h"), Some(3_600.0));
        assert_eq!(time("2s"), Some(2.0));
        for odd in ["", "s", "-1s", "1 s", "1w", "99999999999999999999"] {
            assert_eq!(time(odd), None, "{odd}");
        }
    }
}
