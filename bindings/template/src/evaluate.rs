//! Evaluates the tree of a template over a value, with the rules of Go's text/template.

use crate::{
    error::{Fault, Outcome, fault},
    format,
    functions::{Call, Function, Parameter},
    limits::{Budget, EVALUATION_DEPTH, Output},
    syntax::{Branches, Command, Node, Operand, Pipeline, Term, Tree},
    value::Value,
};

pub(crate) fn evaluate(tree: &Tree, data: Value) -> Outcome<String> {
    let data = if data.is_nil() { Value::Missing } else { data };
    let mut evaluation = Evaluation {
        tree,
        out: Output::new(),
        budget: Budget::new(),
        variables: vec![("$", data.clone())],
        depth: 0,
    };
    evaluation.nodes(&tree.main, &data)?;
    evaluation.out.finish().or_else(|message| fault(0, message))
}

struct Evaluation<'t> {
    tree: &'t Tree,
    out: Output,
    budget: Budget,
    variables: Vec<(&'t str, Value)>,
    depth: usize,
}

enum Flow {
    Next,
    Break,
    Continue,
}

/// The kinds of blocks with branches.
#[derive(Clone, Copy, PartialEq)]
enum Block {
    If,
    With,
}

impl<'t> Evaluation<'t> {
    fn step(&mut self, at: usize) -> Outcome<()> {
        self.budget.step().or_else(|message| fault(at, message))
    }

    fn enter(&mut self, at: usize) -> Outcome<()> {
        self.depth += 1;
        if self.depth > EVALUATION_DEPTH {
            let message = format!(
                "templates, blocks and parentheses are nested deeper than {EVALUATION_DEPTH} levels"
            );
            return fault(at, message);
        }
        Ok(())
    }

    fn nodes(&mut self, nodes: &'t [Node], dot: &Value) -> Outcome<Flow> {
        for node in nodes {
            let flow = self.node(node, dot)?;
            if !matches!(flow, Flow::Next) {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, node: &'t Node, dot: &Value) -> Outcome<Flow> {
        match node {
            Node::Text(text) => {
                self.step(0)?;
                self.out.push_str(text);
            }
            Node::Action(pipeline) => self.action(pipeline, dot)?,
            Node::If(branches) => return self.branches(Block::If, branches, dot),
            Node::With(branches) => return self.branches(Block::With, branches, dot),
            Node::Range(branches) => return self.range(branches, dot),
            Node::Template { at, name, data } => {
                self.template(*at, name, data.as_ref(), dot)?;
            }
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn action(&mut self, pipeline: &'t Pipeline, dot: &Value) -> Outcome<()> {
        let value = self.pipeline(pipeline, dot)?;
        if pipeline.variables.is_empty() {
            let text = format::printed(&value).or_else(|message| fault(pipeline.at, message))?;
            self.out.push_str(&text);
        }
        match self.out.is_full() {
            true => fault(pipeline.at, crate::limits::too_long()),
            false => Ok(()),
        }
    }

    fn branches(&mut self, block: Block, branches: &'t Branches, dot: &Value) -> Outcome<Flow> {
        let visible = self.variables.len();
        self.enter(branches.pipeline.at)?;
        let value = self.pipeline(&branches.pipeline, dot)?;
        let flow = match (value.is_true(), block) {
            (true, Block::With) => self.nodes(&branches.body, &value)?,
            (true, Block::If) => self.nodes(&branches.body, dot)?,
            (false, _) => self.nodes(&branches.otherwise, dot)?,
        };
        self.depth -= 1;
        self.variables.truncate(visible);
        Ok(flow)
    }

    fn range(&mut self, range: &'t Branches, dot: &Value) -> Outcome<Flow> {
        let visible = self.variables.len();
        let at = range.pipeline.at;
        self.enter(at)?;
        let value = self.pipeline(&range.pipeline, dot)?;
        let has_two = range.pipeline.variables.len() > 1;
        let mut ran = false;
        match &value {
            Value::Integer(_) if has_two => {
                return fault(at, "range over an integer has one variable");
            }
            Value::Integer(count) => {
                for number in 0..*count {
                    ran = true;
                    let number = Value::Integer(number);
                    if !self.iteration(range, Value::Missing, number)? {
                        break;
                    }
                }
            }
            Value::List(list) => {
                for (index, item) in (0_i64..).zip(&list.items) {
                    ran = true;
                    if !self.iteration(range, Value::Integer(index), item.clone())? {
                        break;
                    }
                }
            }
            Value::Map(map) => {
                for (key, item) in &map.entries {
                    ran = true;
                    if !self.iteration(range, Value::Text(key.clone()), item.clone())? {
                        break;
                    }
                }
            }
            Value::Missing | Value::Nil => {}
            other => {
                let message = format!(
                    "range cannot iterate over a {}: expected a list, a map or an integer",
                    other.type_name()
                );
                return fault(at, message);
            }
        }
        let flow = match ran {
            true => Flow::Next,
            false => self.nodes(&range.otherwise, dot)?,
        };
        self.depth -= 1;
        self.variables.truncate(visible);
        Ok(flow)
    }

    /// Evaluates the body of a loop once. Returns false after `break`.
    fn iteration(&mut self, range: &'t Branches, index: Value, item: Value) -> Outcome<bool> {
        let pipeline = &range.pipeline;
        self.step(pipeline.at)?;
        let declared = pipeline.variables.len();
        let depth = self.depth;
        let values = match declared {
            2 => vec![index, item.clone()],
            1 => vec![item.clone()],
            _ => Vec::new(),
        };
        let visible = self.variables.len();
        // The pipeline has declared the variables, or they existed before.
        for (position, value) in values.into_iter().enumerate() {
            match pipeline.assigns {
                true => self.assign(pipeline.at, &pipeline.variables[position], value)?,
                false => self.variables[visible - declared + position].1 = value,
            }
        }
        let flow = self.nodes(&range.body, &item)?;
        self.depth = depth;
        self.variables.truncate(visible);
        Ok(!matches!(flow, Flow::Break))
    }

    fn template(
        &mut self,
        at: usize,
        name: &'t str,
        data: Option<&'t Pipeline>,
        dot: &Value,
    ) -> Outcome<()> {
        let tree = self.tree;
        let Some(nodes) = tree.defined.get(name) else {
            return fault(at, format!("template {name:?} is not defined"));
        };
        self.step(at)?;
        self.enter(at)?;
        let value = match data {
            Some(data) => self.pipeline(data, dot)?,
            None => Value::Missing,
        };
        // A template sees no variables of its caller.
        let variables = std::mem::replace(&mut self.variables, vec![("$", value.clone())]);
        self.nodes(nodes, &value)?;
        self.variables = variables;
        self.depth -= 1;
        Ok(())
    }

    fn pipeline(&mut self, pipeline: &'t Pipeline, dot: &Value) -> Outcome<Value> {
        let mut value = None;
        for command in &pipeline.commands {
            let result = self.command(command, value, dot)?;
            value = Some(match result {
                Value::Nil => Value::Missing,
                other => other,
            });
        }
        let value = value.unwrap_or(Value::Missing);
        for variable in &pipeline.variables {
            match pipeline.assigns {
                true => self.assign(pipeline.at, variable, value.clone())?,
                false => self.variables.push((variable, value.clone())),
            }
        }
        Ok(value)
    }

    fn assign(&mut self, at: usize, name: &str, value: Value) -> Outcome<()> {
        let known = self.variables.iter_mut().rev().find(|(known, _)| *known == name);
        match known {
            Some((_, variable)) => {
                *variable = value;
                Ok(())
            }
            None => fault(at, format!("undefined variable {name:?}")),
        }
    }

    fn command(
        &mut self,
        command: &'t Command,
        last: Option<Value>,
        dot: &Value,
    ) -> Outcome<Value> {
        let first = &command.first;
        if let (Term::Function(function), true) = (&first.term, first.fields.is_empty()) {
            return self.call(function, first.at, &command.arguments, last, dot);
        }
        if last.is_some() || !command.arguments.is_empty() {
            let kind = first.kind();
            return fault(first.at, format!("{kind} is not a function and takes no arguments"));
        }
        if let Term::Nil = first.term {
            return fault(first.at, "nil is not a command");
        }
        self.operand(first, dot)
    }

    /// Evaluates an operand where no type is expected.
    fn operand(&mut self, operand: &'t Operand, dot: &Value) -> Outcome<Value> {
        self.step(operand.at)?;
        let value = match &operand.term {
            Term::Dot => dot.clone(),
            Term::Variable(name) => {
                match self.variables.iter().rev().find(|(known, _)| known == name) {
                    Some((_, value)) => value.clone(),
                    None => return fault(operand.at, format!("undefined variable {name:?}")),
                }
            }
            Term::Nil => Value::Nil,
            Term::Boolean(boolean) => Value::Boolean(*boolean),
            Term::Number(number) => match (number.is_float, number.integer, number.float) {
                (false, Some(integer), _) => Value::Integer(integer),
                (_, _, Some(float)) => Value::Float(float),
                _ => Value::Missing,
            },
            Term::Character(character) => Value::Integer(i64::from(u32::from(*character))),
            Term::Text(text) => Value::text(text.as_str()),
            Term::Function(function) => self.call(function, operand.at, &[], None, dot)?,
            Term::Pipeline(pipeline) => {
                self.enter(operand.at)?;
                let value = self.pipeline(pipeline, dot)?;
                self.depth -= 1;
                value
            }
        };
        operand.fields.iter().try_fold(value, |value, name| field(operand.at, &value, name))
    }

    fn call(
        &mut self,
        function: &'static Function,
        at: usize,
        arguments: &'t [Operand],
        last: Option<Value>,
        dot: &Value,
    ) -> Outcome<Value> {
        self.step(at)?;
        let count = arguments.len() + usize::from(last.is_some());
        if let Err(message) = function.check_count(count) {
            return fault(at, message);
        }
        if let "and" | "or" = function.name {
            return self.logic(function.name == "or", arguments, last, dot);
        }
        let mut values = Vec::with_capacity(count);
        for argument in arguments {
            let parameter = function.parameter(values.len());
            values.push(self.argument(argument, parameter, dot)?);
        }
        if let Some(last) = last {
            let parameter = function.parameter(values.len());
            let checked = parameter.check(last).or_else(|message| fault(at, message))?;
            values.push(checked);
        }
        let call = Call { values, budget: &mut self.budget };
        let result = (function.run)(call).and_then(|value| {
            self.budget.take_bytes(value.bytes())?;
            Ok(value)
        });
        result.or_else(|message| fault(at, format!("{}: {message}", function.name)))
    }

    /// Evaluates the arguments of `and` and `or` until one decides.
    fn logic(
        &mut self,
        is_or: bool,
        arguments: &'t [Operand],
        last: Option<Value>,
        dot: &Value,
    ) -> Outcome<Value> {
        let mut value = Value::Missing;
        for argument in arguments {
            value = self.argument(argument, Parameter::Any, dot)?;
            if value.is_true() == is_or {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    fn argument(
        &mut self,
        operand: &'t Operand,
        parameter: Parameter,
        dot: &Value,
    ) -> Outcome<Value> {
        // A number has the type that the function expects.
        if let (Term::Number(number), true) = (&operand.term, operand.fields.is_empty()) {
            let typed = match parameter {
                Parameter::Integer => number.integer.map(Value::Integer),
                _ => None,
            };
            if let Some(value) = typed {
                return Ok(value);
            }
        }
        let value = self.operand(operand, dot)?;
        parameter.check(value).or_else(|message| fault(operand.at, message))
    }
}

fn field(at: usize, value: &Value, name: &str) -> Outcome<Value> {
    match value {
        Value::Map(map) => Ok(map.entries.get(name).cloned().unwrap_or(Value::Missing)),
        Value::Missing => Ok(Value::Missing),
        Value::Nil => {
            Err(Box::new(Fault { at, message: format!("cannot read field {name:?} of null") }))
        }
        other => {
            let message = format!(
                "cannot read field {name:?} of a value of type {}: expected a map",
                other.type_name()
            );
            fault(at, message)
        }
    }
}
