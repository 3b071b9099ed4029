//! Text that others may have written, such as a server, for a line of a log.

use std::fmt::{self, Write};

/// Writes text on one line: what would end the line, or let it read as something else, is written as an escape. Who
/// chooses a part of an error's text cannot forge a line of a log with it.
pub(crate) struct OneLine<W>(pub(crate) W);

impl<W: Write> Write for OneLine<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| changes_lines(*c)) {
            self.0.write_str(&rest[..at])?;
            write!(self.0, "{}", c.escape_default())?;
            rest = &rest[at + c.len_utf8()..];
        }
        self.0.write_str(rest)
    }
}

/// A text on one line.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = OneLine(String::with_capacity(text.len()));
    // Writing to a string cannot fail.
    let _ = line.write_str(text);
    line.0
}

/// Control characters, ends of lines and paragraphs, and what changes the direction of text.
fn changes_lines(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn nothing_ends_a_line_or_turns_it_around() {
        let line = one_line("a\n1\r2\t3\u{1b}[2K4\u{85}5\u{2028}6\u{202e}7\u{2066}b");
        assert_eq!(line, r"a\n1\r2\t3\u{1b}[2K4\u{85}5\u{2028}6\u{202e}7\u{2066}b");
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for text in ["", "é → \u{1f600} \\n", "שלום"] {
            assert_eq!(one_line(text), text);
        }
    }
}
