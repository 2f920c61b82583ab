//! Reads the definition from the source of the core and of the types.

use std::{collections::BTreeMap, fs, path::Path};

use quote::ToTokens;
use syn::{Attribute, Expr, Fields, FnArg, ImplItem, Item, ItemFn, Lit, Meta, Pat, ReturnType};

use crate::{
    definition::{
        Argument, Definition, Enumeration, Field, Function, Kind, Operation, Record, Role, Variant,
    },
    docs::{Doc, OperationDoc},
    table::{FieldEntry, OperationEntry, Table},
};

/// Files in place of others, for builds without a feature. They repeat names.
const ALTERNATIVES: [&str; 2] = ["no_registry.rs", "archive/disabled.rs"];

/// What the attribute `serde` of a result's field may say.
const SERDE_WORDS: [&str; 4] = ["default", "serialize_with", "skip", "skip_serializing_if"];

/// Structs, enumerations and functions of the source, by name.
#[derive(Default)]
struct Source {
    structs: BTreeMap<String, syn::ItemStruct>,
    enumerations: BTreeMap<String, syn::ItemEnum>,
    /// The words of variants, from the method `name` of the enumeration.
    words: BTreeMap<String, BTreeMap<String, String>>,
    /// The functions of `core/src/operation`, with their module.
    functions: BTreeMap<String, (String, ItemFn)>,
    /// The methods of `core/src/client.rs`.
    methods: BTreeMap<String, syn::ImplItemFn>,
    /// Constants of modules: the module, the name, the text.
    constants: Vec<(String, String, String)>,
}

/// Reads the definition of the repository at `root`.
pub(crate) fn read(root: &Path) -> Result<Definition, String> {
    let mut source = Source::default();
    for folder in ["types/src", "core/src"] {
        source.read_folder(&root.join(folder), &root.join("core/src/operation"))?;
    }
    source.read_client(&root.join("core/src/client.rs"))?;
    let table = root.join("tools/bindgen/languages.toml");
    let table: Table =
        toml::from_str(&text(&table)?).map_err(|e| format!("{}: {e}", table.display()))?;
    source.definition(&table)
}

fn text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn parsed(path: &Path) -> Result<syn::File, String> {
    syn::parse_file(&text(path)?).map_err(|e| format!("{}: {e}", path.display()))
}

impl Source {
    fn read_folder(&mut self, folder: &Path, operations: &Path) -> Result<(), String> {
        let failed = |e| format!("{}: {e}", folder.display());
        let entries = fs::read_dir(folder).map_err(failed)?;
        let mut paths = Vec::new();
        for entry in entries {
            paths.push(entry.map_err(failed)?.path());
        }
        paths.sort();
        for path in paths {
            if path.is_dir() {
                self.read_folder(&path, operations)?;
            } else if path.extension().is_some_and(|e| e == "rs")
                && !ALTERNATIVES.iter().any(|name| path.ends_with(name))
            {
                let module = path.strip_prefix(operations).ok().and_then(|inside| {
                    inside.with_extension("").to_str().map(|text| text.replace('/', "::"))
                });
                self.read_file(parsed(&path)?, module)
                    .map_err(|name| format!("{}: a second {name}", path.display()))?;
            }
        }
        Ok(())
    }

    /// Returns the name of a struct, enumeration or operation that exists twice.
    fn read_file(&mut self, file: syn::File, module: Option<String>) -> Result<(), String> {
        for item in file.items {
            match item {
                Item::Struct(item) if is_public(&item.vis) => {
                    let name = item.ident.to_string();
                    if self.structs.insert(name.clone(), item).is_some() {
                        return Err(name);
                    }
                }
                Item::Enum(item) if is_public(&item.vis) => {
                    let name = item.ident.to_string();
                    if self.enumerations.insert(name.clone(), item).is_some() {
                        return Err(name);
                    }
                }
                Item::Impl(item) => self.read_words(&item),
                Item::Fn(item) if is_public(&item.vis) && item.sig.asyncness.is_some() => {
                    if let Some(module) = &module {
                        let name = item.sig.ident.to_string();
                        if self.functions.insert(name.clone(), (module.clone(), item)).is_some() {
                            return Err(name);
                        }
                    }
                }
                Item::Const(item) => {
                    if let (Some(module), Expr::Lit(value)) = (&module, &*item.expr)
                        && let Lit::Str(text) = &value.lit
                    {
                        let name = item.ident.to_string();
                        self.constants.push((module.clone(), name, text.value()));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads the words of `match self { Type::Variant => "word", … }` in the method `name` or `fmt`.
    fn read_words(&mut self, item: &syn::ItemImpl) {
        let traits = item.trait_.as_ref().map(|(name, _)| name.to_token_stream().to_string());
        if traits.is_some_and(|name| name != "fmt :: Display") {
            return;
        }
        for part in &item.items {
            let ImplItem::Fn(function) = part else { continue };
            if !matches!(function.sig.ident.to_string().as_str(), "name" | "fmt") {
                continue;
            }
            let body = match function.block.stmts.last() {
                Some(syn::Stmt::Expr(Expr::MethodCall(call), _)) => call.args.first(),
                Some(syn::Stmt::Expr(body, _)) => Some(body),
                _ => None,
            };
            let Some(Expr::Match(body)) = body else { continue };
            let words = self.words.entry(item.self_ty.to_token_stream().to_string()).or_default();
            for arm in &body.arms {
                let Some(variant) =
                    arm.pat.to_token_stream().to_string().rsplit(":: ").next().map(str::to_owned)
                else {
                    continue;
                };
                let mut value = &*arm.body;
                if let Expr::Call(call) = value {
                    value = call.args.first().unwrap_or(value);
                }
                if let Expr::Lit(value) = value
                    && let Lit::Str(word) = &value.lit
                {
                    words.insert(variant, word.value());
                }
            }
        }
    }

    fn read_client(&mut self, path: &Path) -> Result<(), String> {
        for item in parsed(path)?.items {
            let Item::Impl(item) = item else { continue };
            if item.trait_.is_some() || item.self_ty.to_token_stream().to_string() != "Client" {
                continue;
            }
            for part in item.items {
                if let ImplItem::Fn(method) = part
                    && (method.sig.asyncness.is_some() || returns_rows(&method.sig.output))
                {
                    self.methods.insert(method.sig.ident.to_string(), method);
                }
            }
        }
        Ok(())
    }

    fn definition(&self, table: &Table) -> Result<Definition, String> {
        let mut definition = Definition {
            operations: Vec::new(),
            records: BTreeMap::new(),
            enumerations: BTreeMap::new(),
        };
        self.check_complete(table)?;
        for entry in &table.operation {
            let operation = self.operation(entry, table)?;
            let options = operation.options.clone().map(Kind::Record);
            for kind in options.into_iter().chain(operation.result.parts()) {
                self.add_named(&kind, table, &mut definition)?;
            }
            definition.operations.push(operation);
        }
        self.add_named(&Kind::Record("ClientConfig".into()), table, &mut definition)?;
        for enumeration in ["Outcome", "ManifestFormat", "ProblemKind"] {
            self.add_named(&Kind::Enumeration(enumeration.into()), table, &mut definition)?;
        }
        for operation in &definition.operations {
            let results = operation.result.parts();
            let results = results.iter().filter_map(Kind::named);
            for name in operation.options.as_deref().into_iter().chain(results) {
                if let Some(record) = definition.records.get_mut(name) {
                    record.operations.push(operation.name.clone());
                }
            }
        }
        let unknown = table.record.keys().find(|name| !definition.records.contains_key(*name));
        if let Some(name) = unknown {
            return Err(format!("languages.toml names the record {name}, which does not exist"));
        }
        Ok(definition)
    }

    /// Fails if the core has a public operation that the table does not name.
    fn check_complete(&self, table: &Table) -> Result<(), String> {
        let is_named = |name: &&String| {
            table.operation.iter().any(|entry| entry.name == **name)
                || table.not_an_operation.contains_key(*name)
        };
        let methods = self.methods.iter().filter(|(_, method)| is_public(&method.vis));
        let mut names = self.functions.keys().chain(methods.map(|(name, _)| name));
        match names.find(|name| !is_named(name)) {
            None => Ok(()),
            Some(name) => Err(format!(
                "languages.toml has no operation {name}, and does not list it under [not_an_operation]"
            )),
        }
    }

    fn operation(&self, entry: &OperationEntry, table: &Table) -> Result<Operation, String> {
        let name = &entry.name;
        let missing = |what: &str| format!("the operation {name} has no {what}");
        let (signature, attributes, function) = if entry.client_by_hand {
            let method =
                self.methods.get(name).ok_or_else(|| missing("method of Client in client.rs"))?;
            (&method.sig, &method.attrs, None)
        } else {
            let (module, item) = self
                .functions
                .get(name)
                .ok_or_else(|| missing("function in core/src/operation"))?;
            (&item.sig, &item.attrs, Some(self.function(name, module, item)?))
        };
        let (mut arguments, mut options) = (Vec::new(), None);
        for input in &signature.inputs {
            let FnArg::Typed(input) = input else { continue };
            let Pat::Ident(argument) = &*input.pat else { continue };
            let argument = argument.ident.to_string();
            if argument == "store" {
                continue;
            }
            let kind = self.kind(&input.ty.to_token_stream().to_string());
            match kind.map_err(|e| format!("{name}: {argument}: {e}"))? {
                Kind::Record(record) if argument == "options" => options = Some(record),
                kind => arguments.push((argument, kind)),
            }
        }
        if let Some(given) = &entry.arguments {
            arguments = given
                .iter()
                .map(|(name, kind)| Ok((name.clone(), self.kind(kind)?)))
                .collect::<Result<_, String>>()?;
        }
        let names: Vec<String> = arguments.iter().map(|(name, _)| name.clone()).collect();
        let text = entry.doc.clone().unwrap_or_else(|| comment(attributes).join("\n"));
        let doc = OperationDoc::parse(&text, &|code| names.iter().any(|name| name == code));
        let arguments = arguments.into_iter().map(|(argument, kind)| {
            let text = entry.docs.get(&argument).or(table.argument.get(&argument));
            let text = text.ok_or_else(|| {
                missing(&format!("comment of the argument {argument} in languages.toml"))
            })?;
            Ok(Argument {
                doc: Doc::parse(text, &|code| names.iter().any(|n| n == code)),
                name: argument,
                kind,
            })
        });
        let arguments = arguments.collect::<Result<Vec<_>, String>>()?;
        let result = match &entry.result {
            Some(kind) => self.kind(kind)?,
            None => self.result(&signature.output)?,
        };
        Ok(Operation {
            title: entry.title.clone().unwrap_or_else(|| name.replace('_', " ")),
            name: name.clone(),
            group: entry.group.clone(),
            action: entry.action,
            doc: doc.doc,
            errors: doc.errors,
            remarks: doc.remarks,
            arguments,
            options,
            own_options: entry
                .options
                .iter()
                .map(|o| self.given_field(o))
                .collect::<Result<_, _>>()?,
            result,
            by_hand: entry.by_hand,
            function,
            examples: entry.examples.clone(),
            names: entry.names.clone(),
            positional: entry.positional.clone(),
        })
    }

    fn function(&self, name: &str, module: &str, item: &ItemFn) -> Result<Function, String> {
        let (mut parameters, mut shared_store) = (Vec::new(), false);
        for input in &item.sig.inputs {
            let FnArg::Typed(input) = input else { continue };
            let parameter = input.pat.to_token_stream().to_string();
            let kind = input.ty.to_token_stream().to_string();
            if parameter == "store" {
                shared_store = kind.starts_with("Arc");
            } else {
                parameters.push((parameter, kind));
            }
        }
        let title = name.replace('_', " ");
        let constant = self.constants.iter().find(|(m, _, text)| m == module && *text == title);
        let constant = constant.map(|(_, name, _)| name.clone());
        Ok(Function {
            module: module.to_owned(),
            comment: comment(&item.attrs),
            parameters,
            shared_store,
            result: match &item.sig.output {
                ReturnType::Type(_, kind) => kind.to_token_stream().to_string(),
                ReturnType::Default => "()".to_owned(),
            },
            constant: constant
                .ok_or_else(|| format!("{module} has no constant with the name {title:?}"))?,
        })
    }

    /// The kind of `T` in `Result<T>`. A list with problems counts as a list.
    fn result(&self, output: &ReturnType) -> Result<Kind, String> {
        let ReturnType::Type(_, kind) = output else { return Ok(Kind::Nothing) };
        let text = kind.to_token_stream().to_string();
        let inner = text.strip_prefix("Result <").and_then(|rest| rest.strip_suffix('>'));
        self.kind(inner.unwrap_or(&text))
    }

    fn kind(&self, text: &str) -> Result<Kind, String> {
        let text = text.replace(' ', "");
        let text = text.trim_start_matches('&').trim_start_matches("crate::");
        for (prefix, wrap) in [
            ("Option<", Kind::Optional as fn(Box<Kind>) -> Kind),
            ("Vec<", Kind::List),
            ("List<", Kind::List),
        ] {
            if text != "Vec<(String,String)>"
                && let Some(inner) =
                    text.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('>'))
            {
                return Ok(wrap(Box::new(self.kind(inner)?)));
            }
        }
        if let Some(inner) = text.strip_prefix("Rows<").and_then(|rest| rest.strip_suffix('>')) {
            return match inner.split_once(',').map(|(row, of)| (self.kind(row), self.kind(of))) {
                Some((Ok(Kind::Record(row)), Ok(Kind::Record(summary)))) => {
                    Ok(Kind::Rows { row, summary })
                }
                _ => Err(format!("{text} are not rows of a struct with a struct as summary")),
            };
        }
        if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return Ok(Kind::List(Box::new(self.kind(inner)?)));
        }
        Ok(match text {
            "()" => Kind::Nothing,
            "bool" => Kind::Bool,
            "usize" => Kind::Count,
            "u64" => Kind::Number,
            "u32" => Kind::SmallNumber,
            "String" | "str" => Kind::Text,
            "bytes::Bytes" | "Bytes" => Kind::Bytes,
            "PathBuf" | "Path" => Kind::Path,
            "Duration" => Kind::Duration,
            "Reference" => Kind::Reference,
            "Host" => Kind::Host,
            "LoginTarget" => Kind::LoginTarget,
            "Platform" => Kind::Platform,
            "ResolveOverride" => Kind::ResolveOverride,
            "Annotations" | "BTreeMap<String,String>" => Kind::Annotations,
            "Digest" => Kind::Digest,
            "Descriptor" => Kind::Descriptor,
            "File" => Kind::File,
            "Content" | "Arc<dynSource>" => Kind::Content,
            "Progress" => Kind::Progress,
            "Client" => Kind::Client,
            "Credential" => Kind::Credential,
            "Credentials" => Kind::Credentials,
            "Vec<(String,String)>" => Kind::Headers,
            "StoredIn" => Kind::StoredIn,
            "Error" => Kind::Error,
            "Graph" => Kind::Graph,
            "Manifest" => Kind::Manifest,
            "Stream" | "(Descriptor,ByteStream)" => Kind::Stream,
            name if self.structs.contains_key(name) => Kind::Record(name.to_owned()),
            name if self.enumerations.contains_key(name) => Kind::Enumeration(name.to_owned()),
            other => return Err(format!("the type {other} has no kind in tools/bindgen")),
        })
    }

    fn add_named(&self, kind: &Kind, table: &Table, to: &mut Definition) -> Result<(), String> {
        let Some(name) = kind.named() else { return Ok(()) };
        if to.records.contains_key(name) || to.enumerations.contains_key(name) {
            return Ok(());
        }
        if let Some(item) = self.enumerations.get(name) {
            let names = |_: &str| false;
            let words = self.words.get(name);
            let variants = item.variants.iter().map(|variant| Variant {
                name: variant.ident.to_string(),
                word: words.and_then(|words| words.get(&variant.ident.to_string()).cloned()),
                doc: Doc::parse(&qualified(&comment(&variant.attrs).join("\n"), name), &names),
            });
            let enumeration = Enumeration {
                name: name.to_owned(),
                doc: Doc::parse(&comment(&item.attrs).join("\n"), &names),
                variants: variants.collect(),
            };
            to.enumerations.insert(name.to_owned(), enumeration);
            return Ok(());
        }
        let record = self.record(name, table)?;
        let kinds: Vec<Kind> = record.fields.iter().map(|field| field.kind.clone()).collect();
        to.records.insert(name.to_owned(), record);
        kinds.iter().try_for_each(|kind| self.add_named(kind, table, to))
    }

    fn record(&self, name: &str, table: &Table) -> Result<Record, String> {
        let item = &self.structs[name];
        let Fields::Named(named) = &item.fields else {
            return Err(format!("the struct {name} has no named fields"));
        };
        let is_name =
            |code: &str| named.named.iter().any(|f| f.ident.as_ref().is_some_and(|i| i == code));
        let mut fields = Vec::new();
        for field in &named.named {
            let ident = field.ident.as_ref().expect("a named field").to_string();
            let serde = attribute_text(&field.attrs, "serde");
            if !is_public(&field.vis) {
                // What only Rust has of a result.
                if serde == "skip" {
                    continue;
                }
                return Err(format!("{name}.{ident} is private: no language could set it"));
            }
            let kind = self
                .kind(&field.ty.to_token_stream().to_string())
                .map_err(|e| format!("{name}.{ident}: {e}"))?;
            let words = serde
                .split([',', ' ', '='])
                .filter(|word| word.starts_with(char::is_alphabetic) && !word.contains(['"', ':']));
            if let Some(word) = words.into_iter().find(|word| !SERDE_WORDS.contains(word)) {
                return Err(format!("{name}.{ident}: bindgen does not know serde's {word}"));
            }
            fields.push(Field {
                doc: Doc::parse(&qualified(&comment(&field.attrs).join("\n"), name), &is_name),
                name: ident,
                kind,
                in_json: !serde.split([',', ' ']).any(|word| word == "skip"),
                optional_in_json: serde.contains("skip_serializing_if"),
                computed: None,
            });
        }
        let entry = table.record.get(name);
        for given in entry.iter().flat_map(|entry| &entry.fields) {
            let at = given.before.as_ref().and_then(|b| fields.iter().position(|f| f.name == *b));
            fields.insert(at.unwrap_or(fields.len()), self.given_field(given)?);
        }
        let setters = attribute_text(&item.attrs, "derive").contains("Setters");
        let is_options = setters && !attribute_text(&item.attrs, "derive").contains("Serialize");
        Ok(Record {
            doc: Doc::parse(&comment(&item.attrs).join("\n"), &is_name),
            name: name.to_owned(),
            role: if is_options { Role::Options } else { Role::Result },
            fields,
            operations: Vec::new(),
            examples: entry.map(|entry| entry.examples.clone()).unwrap_or_default(),
        })
    }

    fn given_field(&self, given: &FieldEntry) -> Result<Field, String> {
        let kind = self.kind(&given.kind)?;
        Ok(Field {
            optional_in_json: kind.is_optional(),
            name: given.name.clone(),
            kind,
            doc: Doc::parse(&given.doc, &|_| false),
            in_json: true,
            computed: given.computed.clone(),
        })
    }
}

/// An operation with rows does nothing before they are read.
fn returns_rows(output: &ReturnType) -> bool {
    output.to_token_stream().to_string().contains("Rows <")
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

/// `Self::X` with the name of the type.
fn qualified(comment: &str, name: &str) -> String {
    comment.replace("(Self::", &format!("({name}::")).replace("`Self::", &format!("`{name}::"))
}

/// The lines of a documentation comment.
fn comment(attributes: &[Attribute]) -> Vec<String> {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(value) => match &value.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    attributes.iter().filter_map(line).collect()
}

/// The text in the parentheses of all attributes with this name.
fn attribute_text(attributes: &[Attribute], name: &str) -> String {
    let lists = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident(name) => Some(list.tokens.to_string()),
        _ => None,
    });
    lists.collect::<Vec<_>>().join(", ")
}
