//! The name that was probably meant.

/// Returns the known name with the fewest changes of one character from this one.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known.into_iter().min_by_key(|other| distance(name, other))
}

/// Returns how many characters have to be added, left out or replaced.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, c) in one.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (above, d) in row[1..].iter_mut().zip(&other) {
            let best = (diagonal + usize::from(c != *d)).min(left + 1).min(*above + 1);
            diagonal = std::mem::replace(above, best);
            left = best;
        }
        row[0] = index + 1;
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_near_to_the_one_with_a_typing_error() {
        let known = ["org:admin", "org:member", "org:accountant"];

        assert_eq!(nearest("org:accountatn", known), Some("org:accountant"));
        assert_eq!(nearest("admin", known), Some("org:admin"));
        assert_eq!(nearest("org:membr", known), Some("org:member"));
        assert_eq!(nearest("", []), None);
        assert_eq!((distance("", "abc"), distance("abc", ""), distance("kitten", "sitting")), (3, 3, 3));
    }
}
