//! The regular expressions of the document: as much of the syntax as it uses, which a test holds.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Chars;

/// A pattern: alternatives, each a sequence.
#[derive(Debug)]
pub(super) struct Pattern(Vec<Vec<Node>>);

#[derive(Debug)]
enum Node {
    Start,
    End,
    Class(Class),
    Group(Pattern),
    /// At least, and at most.
    Repeat(Box<Node>, usize, usize),
}

#[derive(Debug)]
enum Class {
    Any,
    NotSpace,
    Word,
    /// Ranges, and whether they are excluded.
    Ranges(Vec<(char, char)>, bool),
}

/// Places in a text, as indices of its characters.
type Places = BTreeSet<usize>;

impl Pattern {
    /// Reads a pattern; `None` for syntax that is not supported.
    pub(super) fn parse(text: &str) -> Option<Pattern> {
        let mut rest = text.chars().peekable();
        let pattern = alternatives(&mut rest)?;
        rest.next().is_none().then_some(pattern)
    }

    /// Returns whether the pattern matches somewhere in the text.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        !self.advance(&text, &(0..=text.len()).collect()).is_empty()
    }

    /// Returns where matches end that begin at these places. The work grows with the text, not with its repetitions.
    fn advance(&self, text: &[char], from: &Places) -> Places {
        let sequence = |nodes: &Vec<Node>| {
            nodes
                .iter()
                .fold(from.clone(), |at, node| if at.is_empty() { at } else { node.advance(text, &at) })
        };
        self.0.iter().flat_map(sequence).collect()
    }
}

impl Node {
    fn advance(&self, text: &[char], from: &Places) -> Places {
        match self {
            Node::Start => from.iter().copied().filter(|at| *at == 0).collect(),
            Node::End => from.iter().copied().filter(|at| *at == text.len()).collect(),
            Node::Class(class) => from
                .iter()
                .filter(|at| text.get(**at).is_some_and(|c| class.has(*c)))
                .map(|at| at + 1)
                .collect(),
            Node::Group(pattern) => pattern.advance(text, from),
            Node::Repeat(node, least, most) => {
                let (mut reached, mut front) = (Places::new(), from.clone());
                for count in 0..=*most {
                    if count >= *least {
                        front.retain(|at| !reached.contains(at));
                        reached.extend(&front);
                    }
                    if front.is_empty() {
                        break;
                    }
                    front = node.advance(text, &front);
                }
                reached
            }
        }
    }
}

impl Class {
    fn has(&self, c: char) -> bool {
        match self {
            Class::Any => c != '\n',
            Class::NotSpace => !c.is_whitespace(),
            Class::Word => c.is_ascii_alphanumeric() || c == '_',
            Class::Ranges(ranges, excluded) => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)) != *excluded
            }
        }
    }
}

fn alternatives(rest: &mut Peekable<Chars<'_>>) -> Option<Pattern> {
    let mut all = vec![Vec::new()];
    while let Some(next) = rest.peek().copied() {
        if next == ')' {
            break;
        }
        rest.next();
        if next == '|' {
            all.push(Vec::new());
            continue;
        }
        let node = match next {
            '^' => Node::Start,
            '$' => Node::End,
            '.' => Node::Class(Class::Any),
            '[' => Node::Class(ranges(rest)?),
            '(' => {
                let group = Node::Group(alternatives(rest)?);
                (rest.next()? == ')').then_some(group)?
            }
            '\\' => Node::Class(match rest.next()? {
                'S' => Class::NotSpace,
                'w' => Class::Word,
                c if c.is_ascii_alphanumeric() => return None,
                c => Class::Ranges(vec![(c, c)], false),
            }),
            '*' | '+' | '?' | '{' | '}' | ']' => return None,
            c => Node::Class(Class::Ranges(vec![(c, c)], false)),
        };
        let repeated = match rest.peek() {
            Some('*') => Some((0, usize::MAX)),
            Some('+') => Some((1, usize::MAX)),
            Some('?') => Some((0, 1)),
            Some('{') => {
                rest.next();
                let digits: String = std::iter::from_fn(|| rest.next_if(char::is_ascii_digit)).collect();
                let times = digits.parse().ok().filter(|_| rest.peek() == Some(&'}'))?;
                Some((times, times))
            }
            _ => None,
        };
        let node = match repeated {
            Some((least, most)) => {
                rest.next();
                Node::Repeat(Box::new(node), least, most)
            }
            None => node,
        };
        all.last_mut()?.push(node);
    }
    Some(Pattern(all))
}

/// A class such as `[^_a-z]`, after its bracket.
fn ranges(rest: &mut Peekable<Chars<'_>>) -> Option<Class> {
    let excluded = rest.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        let first = match rest.next()? {
            ']' => return Some(Class::Ranges(ranges, excluded)),
            '\\' => return None,
            first => first,
        };
        // A hyphen before the bracket is itself.
        let mut ahead = rest.clone();
        let last = match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) if last != ']' => {
                *rest = ahead;
                last
            }
            _ => first,
        };
        ranges.push((first, last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern).unwrap().matches(text)
    }

    #[test]
    fn patterns_match_as_in_other_engines() {
        for (pattern, good, bad) in [
            (r"^[A-Z]{2}$", &["US", "GR"][..], &["us", "USA", "U", ""][..]),
            (r"^[^_][A-Za-z0-9_-]*$", &["a", "a_b-c", "9", "é"], &["_a", "", "a b"]),
            (
                r"^(user|org)_\w{3}$",
                &["user_abc", "org_A_9"],
                &["user_ab", "org_abcd", "xuser_abc", "user_a-b"],
            ),
            (r"^(\S(.*\S)?)?$", &["", "a", "a b", "ab"], &[" a", "a ", " ", "a\nb "]),
            (r"b+\.c", &["abbb.cd", "b.c"], &["bc", "b,c", "a.c"]),
        ] {
            assert!(good.iter().all(|text| matches(pattern, text)), "{pattern}");
            assert!(!bad.iter().any(|text| matches(pattern, text)), "{pattern}");
        }
    }

    #[test]
    fn a_long_text_takes_a_moment_and_no_stack() {
        let long = format!("{} ", "a".repeat(200_000));

        assert!(!matches(r"^(\S(.*\S)?)?$", &long));
        assert!(matches(r"^(\S(.*\S)?)?$", long.trim()));
    }

    #[test]
    fn syntax_beyond_the_documents_is_not_read() {
        for pattern in [r"\d", "(a", "a)", "[a", "a{1,2}", "*", r"[\w]"] {
            assert!(Pattern::parse(pattern).is_none(), "{pattern}");
        }
    }

    #[test]
    fn every_pattern_of_the_documents_is_supported() {
        fn collect(value: &serde_json::Value, all: &mut Vec<String>) {
            match value {
                serde_json::Value::Object(fields) => {
                    all.extend(fields.get("pattern").and_then(|p| p.as_str()).map(str::to_owned));
                    fields.values().for_each(|value| collect(value, all));
                }
                serde_json::Value::Array(items) => items.iter().for_each(|value| collect(value, all)),
                _ => {}
            }
        }
        let mut all = Vec::new();
        for document in clerk_openapi::DOCUMENTS {
            collect(&serde_json::from_slice(document.json).unwrap(), &mut all);
        }

        assert!(all.len() >= 10, "{all:?}");
        for pattern in all {
            assert!(Pattern::parse(&pattern).is_some(), "{pattern}");
        }
    }
}
