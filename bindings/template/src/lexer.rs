//! Splits the text of a template into tokens, as Go's text/template does: text outside of `{{` and
//! `}}`, and words, literals and signs within. It applies the trim markers `{{-` and `-}}` and
//! drops comments.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Open,
    Close,
    Space,
    /// `=`
    Assign,
    /// `:=`
    Declare,
    Pipe,
    LeftParenthesis,
    RightParenthesis,
    /// Another printable ASCII character, such as a comma.
    Sign,
    Word,
    /// `.name`
    Field,
    /// `$` or `$name`
    Variable,
    Dot,
    Number,
    Character,
    QuotedText,
    RawText,
    /// The text cannot be read further. The token's text is the message.
    Error,
    End,
}

#[derive(Debug, Clone)]
pub(crate) struct Token<'t> {
    pub(crate) kind: Kind,
    pub(crate) at: usize,
    pub(crate) text: std::borrow::Cow<'t, str>,
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";
const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new() };
    if let Err((at, message)) = lexer.outside() {
        lexer.tokens.push(Token { kind: Kind::Error, at, text: message.into() });
    } else {
        lexer.push(Kind::End, text.len());
    }
    lexer.tokens
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token<'t>>,
}

type Step = Result<(), (usize, String)>;

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    /// Adds the token that begins at `start` and ends here.
    fn push(&mut self, kind: Kind, start: usize) {
        self.tokens.push(Token { kind, at: start, text: self.text[start..self.at].into() });
    }

    fn accept(&mut self, any: &str) -> bool {
        let found = self.peek().is_some_and(|c| any.contains(c));
        if found {
            self.next();
        }
        found
    }

    fn accept_all(&mut self, any: &str) {
        while self.accept(any) {}
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(|c| SPACES.contains(&c)) {
            self.next();
        }
    }

    fn outside(&mut self) -> Step {
        while let Some(length) = self.rest().find(OPEN) {
            let start = self.at;
            let open = start + length;
            let after = &self.text[open + OPEN.len()..];
            let trims = after.starts_with('-') && after[1..].starts_with(SPACES);
            let written = &self.text[start..open];
            let kept = match trims {
                true => written.trim_end_matches(SPACES),
                false => written,
            };
            self.at = start + kept.len();
            if !kept.is_empty() {
                self.push(Kind::Text, start);
            }
            self.at = open + OPEN.len() + if trims { 2 } else { 0 };
            if self.rest().starts_with("/*") {
                self.comment()?;
            } else {
                self.tokens.push(Token { kind: Kind::Open, at: open, text: OPEN.into() });
                self.inside(open)?;
            }
        }
        let start = self.at;
        self.at = self.text.len();
        if start < self.at {
            self.push(Kind::Text, start);
        }
        Ok(())
    }

    fn comment(&mut self) -> Step {
        let start = self.at;
        let Some(end) = self.rest()[2..].find("*/") else {
            return Err((start, "unclosed comment: expected */}}".into()));
        };
        self.at += 2 + end + 2;
        if !self.close() {
            return Err((self.at, "expected }} directly after a comment".into()));
        }
        Ok(())
    }

    /// Reads a closing delimiter and the spaces that it trims.
    fn close(&mut self) -> bool {
        let rest = self.rest();
        if rest.starts_with(CLOSE) {
            self.at += CLOSE.len();
            return true;
        }
        let trims = rest.starts_with(SPACES) && rest[1..].starts_with("-}}");
        if trims {
            self.at += 2 + CLOSE.len();
            self.skip_spaces();
        }
        trims
    }

    fn inside(&mut self, open: usize) -> Step {
        let mut depth = 0_usize;
        loop {
            let start = self.at;
            if self.close() {
                if depth > 0 {
                    return Err((start, "unclosed left parenthesis".into()));
                }
                self.tokens.push(Token { kind: Kind::Close, at: start, text: CLOSE.into() });
                return Ok(());
            }
            let Some(character) = self.next() else {
                return Err((open, "unclosed action: expected }}".into()));
            };
            let kind = match character {
                ' ' | '\t' | '\r' | '\n' => {
                    // The last space can belong to ` -}}`.
                    while self.peek().is_some_and(|c| SPACES.contains(&c))
                        && !self.rest()[1..].starts_with("-}}")
                    {
                        self.next();
                    }
                    Kind::Space
                }
                '=' => Kind::Assign,
                ':' => match self.next() {
                    Some('=') => Kind::Declare,
                    _ => return Err((start, "expected := after a variable".into())),
                },
                '|' => Kind::Pipe,
                '"' => self.quoted(start, '"', Kind::QuotedText)?,
                '\'' => self.quoted(start, '\'', Kind::Character)?,
                '`' => match self.rest().find('`') {
                    Some(length) => {
                        self.at += length + 1;
                        Kind::RawText
                    }
                    None => return Err((start, "unterminated text: expected `".into())),
                },
                '$' => self.name(Kind::Variable)?,
                '.' if !self.peek().is_some_and(|c| c.is_ascii_digit()) => {
                    match self.at_terminator() {
                        true => Kind::Dot,
                        false => self.name(Kind::Field)?,
                    }
                }
                '.' | '+' | '-' | '0'..='9' => self.number(start)?,
                '(' => {
                    depth += 1;
                    Kind::LeftParenthesis
                }
                ')' => match depth.checked_sub(1) {
                    Some(left) => {
                        depth = left;
                        Kind::RightParenthesis
                    }
                    None => return Err((start, "unexpected right parenthesis".into())),
                },
                character if is_word(character) => self.name(Kind::Word)?,
                character if character.is_ascii_graphic() => Kind::Sign,
                character => {
                    let message = format!("unrecognized character {character:?} in an action");
                    return Err((start, message));
                }
            };
            self.push(kind, start);
        }
    }

    fn quoted(&mut self, start: usize, quote: char, kind: Kind) -> Result<Kind, (usize, String)> {
        loop {
            match self.next() {
                Some('\\') if self.peek().is_some_and(|c| c != '\n') => {
                    self.next();
                }
                None | Some('\n' | '\\') => {
                    let what = match kind {
                        Kind::Character => "character constant",
                        _ => "quoted text",
                    };
                    return Err((start, format!("unterminated {what}: expected {quote}")));
                }
                Some(character) if character == quote => return Ok(kind),
                Some(_) => {}
            }
        }
    }

    fn name(&mut self, kind: Kind) -> Result<Kind, (usize, String)> {
        while self.peek().is_some_and(is_word) {
            self.next();
        }
        match self.peek() {
            Some(character) if !self.at_terminator() => {
                Err((self.at, format!("bad character {character:?} after a name")))
            }
            _ => Ok(kind),
        }
    }

    fn at_terminator(&self) -> bool {
        match self.peek() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(character) => SPACES.contains(&character) || self.rest().starts_with(CLOSE),
        }
    }

    fn number(&mut self, start: usize) -> Result<Kind, (usize, String)> {
        self.at = start;
        self.accept("+-");
        let mut digits = "0123456789_";
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.accept_all(digits);
        if self.accept(".") {
            self.accept_all(digits);
        }
        let exponent = match digits.len() {
            11 => "eE",
            23 => "pP",
            _ => "",
        };
        if self.accept(exponent) {
            self.accept("+-");
            self.accept_all("0123456789_");
        }
        if let Some(character) = self.peek().filter(|c| is_word(*c) || "+-".contains(*c)) {
            self.at += character.len_utf8();
            let text = &self.text[start..self.at];
            return Err((start, format!("bad number {text:?}")));
        }
        Ok(Kind::Number)
    }
}

fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}
