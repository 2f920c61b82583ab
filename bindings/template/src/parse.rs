//! Parses the tokens of a template into its tree, with the rules of Go's text/template.

use std::collections::BTreeMap;

use crate::{
    error::{Outcome, fault},
    functions,
    lexer::{Kind, Token, tokens},
    limits::{NESTING, TEMPLATE_BYTES},
    literal,
    syntax::{Branches, Command, Node, Nodes, Operand, Pipeline, Term, Tree},
};

const KEYWORDS: [&str; 10] =
    ["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"];

pub(crate) fn parse(text: &str) -> Outcome<Tree> {
    if text.len() > TEMPLATE_BYTES {
        let message = format!("the template exceeds {} MiB", TEMPLATE_BYTES >> 20);
        return fault(0, message);
    }
    let mut parser = Parser {
        tokens: tokens(text),
        position: 0,
        variables: vec!["$".to_owned()],
        ranges: 0,
        depth: 0,
        defined: BTreeMap::new(),
    };
    let main = parser.template()?;
    Ok(Tree { main, defined: parser.defined })
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    position: usize,
    /// The variables that are visible here.
    variables: Vec<String>,
    /// The number of loops around this place.
    ranges: usize,
    depth: usize,
    defined: BTreeMap<String, Nodes>,
}

/// What ended a list of nodes.
enum Ending {
    End,
    Else,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> &Token<'t> {
        // The last token is `End` or `Error`, and nothing reads beyond it.
        &self.tokens[self.position.min(self.tokens.len() - 1)]
    }

    fn next(&mut self) -> Token<'t> {
        let token = self.peek().clone();
        self.position += 1;
        token
    }

    fn skip_space(&mut self) {
        if self.peek().kind == Kind::Space {
            self.position += 1;
        }
    }

    fn is_word(&self, word: &str) -> bool {
        let token = self.peek();
        token.kind == Kind::Word && token.text == word
    }

    fn unexpected<T>(&self, token: &Token<'_>, expected: &str) -> Outcome<T> {
        let found = match token.kind {
            Kind::Error => return fault(token.at, token.text.to_string()),
            Kind::End => "end of the template".to_owned(),
            _ => format!("{:?}", token.text),
        };
        fault(token.at, format!("unexpected {found}: expected {expected}"))
    }

    fn expect_close(&mut self, after: &str) -> Outcome<()> {
        self.skip_space();
        let token = self.next();
        match token.kind {
            Kind::Close => Ok(()),
            _ => self.unexpected(&token, &format!("}}}} after {after}")),
        }
    }

    fn enter(&mut self) -> Outcome<()> {
        self.depth += 1;
        if self.depth > NESTING {
            let message = format!("more than {NESTING} blocks or parentheses within each other");
            return fault(self.peek().at, message);
        }
        Ok(())
    }

    /// Parses the text to its end. Only here, `define` is allowed.
    fn template(&mut self) -> Outcome<Nodes> {
        let mut nodes = Vec::new();
        loop {
            let token = self.next();
            match token.kind {
                Kind::Text => nodes.push(Node::Text(token.text.into_owned())),
                Kind::End => return Ok(nodes),
                Kind::Open => {
                    self.skip_space();
                    let at = self.peek().at;
                    if self.is_word("define") {
                        self.next();
                        self.definition()?;
                        continue;
                    }
                    match self.action()? {
                        Ok(node) => nodes.push(node),
                        Err(Ending::End) => return fault(at, "unexpected {{end}}"),
                        Err(Ending::Else) => return fault(at, "unexpected {{else}}"),
                    }
                }
                _ => return self.unexpected(&token, "text or an action"),
            }
        }
    }

    fn definition(&mut self) -> Outcome<()> {
        let (at, name) = self.template_name("define")?;
        self.expect_close("the name")?;
        self.define(at, name, "{{define}}")
    }

    /// Parses the body of `define` or `block`, which sees no variables from outside.
    fn define(&mut self, at: usize, name: String, what: &str) -> Outcome<()> {
        let variables = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
        let ranges = std::mem::take(&mut self.ranges);
        let (body, ending) = self.nodes()?;
        self.variables = variables;
        self.ranges = ranges;
        if let Ending::Else = ending {
            return fault(at, format!("unexpected {{{{else}}}} in {what}"));
        }
        match self.defined.get(&name) {
            Some(before) if !is_empty(before) => {
                if !is_empty(&body) {
                    return fault(at, format!("template {name:?} is defined twice"));
                }
            }
            _ => drop(self.defined.insert(name, body)),
        }
        Ok(())
    }

    fn template_name(&mut self, after: &str) -> Outcome<(usize, String)> {
        self.skip_space();
        let token = self.next();
        match token.kind {
            Kind::QuotedText | Kind::RawText => match literal::text(&token.text) {
                Ok(name) => Ok((token.at, name)),
                Err(message) => fault(token.at, message),
            },
            _ => self.unexpected(&token, &format!("a quoted name after {after}")),
        }
    }

    /// Parses to `end` or `else`, of which the word is read.
    fn nodes(&mut self) -> Outcome<(Nodes, Ending)> {
        self.enter()?;
        let mut nodes = Vec::new();
        loop {
            let token = self.next();
            match token.kind {
                Kind::Text => nodes.push(Node::Text(token.text.into_owned())),
                Kind::Open => {
                    self.skip_space();
                    match self.action()? {
                        Ok(node) => nodes.push(node),
                        Err(ending) => {
                            self.depth -= 1;
                            return Ok((nodes, ending));
                        }
                    }
                }
                _ => return self.unexpected(&token, "{{end}}"),
            }
        }
    }

    fn action(&mut self) -> Outcome<Result<Node, Ending>> {
        let token = self.peek().clone();
        if token.kind != Kind::Word || !KEYWORDS.contains(&&*token.text) {
            return Ok(Ok(Node::Action(self.pipeline("command", Kind::Close)?)));
        }
        self.next();
        Ok(Ok(match &*token.text {
            "if" => Node::If(self.branches("if")?),
            "with" => Node::With(self.branches("with")?),
            "range" => Node::Range(self.branches("range")?),
            "template" => self.template_call()?,
            "block" => self.block()?,
            "end" => {
                self.expect_close("end")?;
                return Ok(Err(Ending::End));
            }
            "else" => {
                self.skip_space();
                if !self.is_word("if") && !self.is_word("with") {
                    self.expect_close("else")?;
                }
                return Ok(Err(Ending::Else));
            }
            word @ ("break" | "continue") => {
                self.expect_close(word)?;
                if self.ranges == 0 {
                    return fault(token.at, format!("{{{{{word}}}}} outside {{{{range}}}}"));
                }
                match word {
                    "break" => Node::Break,
                    _ => Node::Continue,
                }
            }
            _ => return fault(token.at, "{{define}} inside another action"),
        }))
    }

    fn branches(&mut self, keyword: &str) -> Outcome<Branches> {
        let visible = self.variables.len();
        let loops = usize::from(keyword == "range");
        let pipeline = self.pipeline(keyword, Kind::Close)?;
        self.ranges += loops;
        let (body, ending) = self.nodes()?;
        self.ranges -= loops;
        let mut otherwise = Vec::new();
        if let Ending::Else = ending {
            // `else if` continues the chain: its `end` ends the whole.
            if keyword != "range" && self.is_word(keyword) {
                self.next();
                self.enter()?;
                let inner = self.branches(keyword)?;
                self.depth -= 1;
                otherwise.push(match keyword {
                    "if" => Node::If(inner),
                    _ => Node::With(inner),
                });
            } else {
                let at = self.peek().at;
                let (nodes, ending) = self.nodes()?;
                if let Ending::Else = ending {
                    return fault(at, "a second {{else}}: expected {{end}}");
                }
                otherwise = nodes;
            }
        }
        self.variables.truncate(visible);
        Ok(Branches { pipeline, body, otherwise })
    }

    fn template_call(&mut self) -> Outcome<Node> {
        let (at, name) = self.template_name("template")?;
        self.skip_space();
        let data = match self.peek().kind {
            Kind::Close => {
                self.next();
                None
            }
            _ => Some(self.pipeline("template", Kind::Close)?),
        };
        Ok(Node::Template { at, name, data })
    }

    fn block(&mut self) -> Outcome<Node> {
        let (at, name) = self.template_name("block")?;
        let data = Some(self.pipeline("block", Kind::Close)?);
        self.define(at, name.clone(), "{{block}}")?;
        Ok(Node::Template { at, name, data })
    }

    fn pipeline(&mut self, context: &str, end: Kind) -> Outcome<Pipeline> {
        self.skip_space();
        let mut pipeline = Pipeline {
            at: self.peek().at,
            variables: Vec::new(),
            assigns: false,
            commands: Vec::new(),
        };
        self.declarations(context, &mut pipeline)?;
        loop {
            self.skip_space();
            let token = self.peek().clone();
            if token.kind == end {
                self.next();
                break;
            }
            let command = self.command(context)?;
            if !pipeline.commands.is_empty() && !is_executable(&command.first) {
                let kind = command.first.kind();
                let message = format!("{kind} after |: expected a function");
                return fault(command.first.at, message);
            }
            pipeline.commands.push(command);
        }
        if pipeline.commands.is_empty() {
            return fault(pipeline.at, format!("missing value for {context}"));
        }
        Ok(pipeline)
    }

    /// Parses `$x :=`, `$x =` or `$i, $x :=`.
    fn declarations(&mut self, context: &str, pipeline: &mut Pipeline) -> Outcome<()> {
        loop {
            self.skip_space();
            let start = self.position;
            let variable = self.next();
            if variable.kind != Kind::Variable {
                self.position = start;
                return Ok(());
            }
            self.skip_space();
            let sign = self.next();
            let is_comma = sign.kind == Kind::Sign && sign.text == ",";
            if !is_comma && !matches!(sign.kind, Kind::Declare | Kind::Assign) {
                self.position = start;
                return Ok(());
            }
            pipeline.variables.push(variable.text.clone().into_owned());
            self.variables.push(variable.text.into_owned());
            if !is_comma {
                pipeline.assigns = sign.kind == Kind::Assign;
                return Ok(());
            }
            if context != "range" || pipeline.variables.len() > 1 {
                return fault(sign.at, format!("too many declarations in {context}"));
            }
            self.skip_space();
            if self.peek().kind != Kind::Variable {
                let token = self.peek().clone();
                return self.unexpected(&token, "a variable after the comma");
            }
        }
    }

    fn command(&mut self, context: &str) -> Outcome<Command> {
        let mut operands = Vec::new();
        loop {
            self.skip_space();
            operands.extend(self.operand()?);
            let token = self.peek().clone();
            match token.kind {
                Kind::Space => continue,
                Kind::Close | Kind::RightParenthesis => break,
                Kind::Pipe => {
                    self.next();
                    break;
                }
                _ => {
                    let expected = match operands.is_empty() {
                        true => format!("a value in {context}"),
                        false => "a space, | or the end after a value".to_owned(),
                    };
                    return self.unexpected(&token, &expected);
                }
            }
        }
        let mut operands = operands.into_iter();
        match operands.next() {
            Some(first) => Ok(Command { first, arguments: operands.collect() }),
            None => fault(self.peek().at, format!("missing value for {context}")),
        }
    }

    fn operand(&mut self) -> Outcome<Option<Operand>> {
        let token = self.peek().clone();
        let Some((term, mut fields)) = self.term()? else {
            return Ok(None);
        };
        let is_literal = match &term {
            Term::Dot => fields.is_empty(),
            Term::Variable(_) | Term::Function(_) | Term::Pipeline(_) => false,
            _ => true,
        };
        while self.peek().kind == Kind::Field {
            let field = self.next();
            if is_literal {
                let message = format!("unexpected {:?} after {:?}", field.text, token.text);
                return fault(field.at, message);
            }
            fields.push(field.text[1..].to_owned());
        }
        Ok(Some(Operand { at: token.at, term, fields }))
    }

    fn term(&mut self) -> Outcome<Option<(Term, Vec<String>)>> {
        let token = self.peek().clone();
        let at = token.at;
        let text = &*token.text;
        let term = match token.kind {
            Kind::Word => match text {
                "nil" => Term::Nil,
                "true" => Term::Boolean(true),
                "false" => Term::Boolean(false),
                word if KEYWORDS.contains(&word) => return Ok(None),
                name => match functions::find(name) {
                    Some(function) => Term::Function(function),
                    None => return fault(at, functions::not_defined(name)),
                },
            },
            Kind::Dot => Term::Dot,
            Kind::Field => {
                self.next();
                return Ok(Some((Term::Dot, vec![text[1..].to_owned()])));
            }
            Kind::Variable => {
                if !self.variables.iter().any(|variable| variable == text) {
                    return fault(at, format!("undefined variable {text:?}"));
                }
                Term::Variable(text.to_owned())
            }
            Kind::Number => match literal::number(text) {
                Ok(number) => Term::Number(number),
                Err(message) => return fault(at, message),
            },
            Kind::Character => match literal::character(text) {
                Ok(character) => Term::Character(character),
                Err(message) => return fault(at, message),
            },
            Kind::QuotedText | Kind::RawText => match literal::text(text) {
                Ok(text) => Term::Text(text),
                Err(message) => return fault(at, message),
            },
            Kind::LeftParenthesis => {
                self.next();
                self.enter()?;
                let pipeline = self.pipeline("parentheses", Kind::RightParenthesis)?;
                self.depth -= 1;
                return Ok(Some((Term::Pipeline(Box::new(pipeline)), Vec::new())));
            }
            _ => return Ok(None),
        };
        self.next();
        Ok(Some((term, Vec::new())))
    }
}

/// Go: an empty definition does not replace another.
fn is_empty(nodes: &Nodes) -> bool {
    nodes.iter().all(|node| matches!(node, Node::Text(text) if text.trim().is_empty()))
}

fn is_executable(operand: &Operand) -> bool {
    !operand.fields.is_empty()
        || matches!(operand.term, Term::Function(_) | Term::Variable(_) | Term::Pipeline(_))
}
