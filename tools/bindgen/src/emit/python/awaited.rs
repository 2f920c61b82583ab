//! Examples of the client for event loops, from those of the other client.

/// The example with its calls awaited, as `python -m asyncio` runs it. The operations `rows` return
/// iterators, which are not awaited; their examples name the variable of a loop `row`.
pub(super) fn awaited(example: &str, rows: &[&str]) -> String {
    let lines = example.lines().map(|line| match line.get(..4) {
        Some(">>> " | "... ") if !line.contains("close()") => {
            format!("{}\n", statement(line, rows))
        }
        _ => format!("{}\n", line.replace("Client(", "AsyncClient(")),
    });
    lines.collect()
}

fn statement(line: &str, rows: &[&str]) -> String {
    let line = line.replace("with Client(", "async with AsyncClient(");
    let line = line.replace(" for row in ", " async for row in ");
    let line = line.replace("blob.read()", "await blob.read()");
    let mut text = String::new();
    let mut rest = line.as_str();
    while let Some(start) = call(rest) {
        let end = start + length(&rest[start..]);
        let (before, inner) = (&rest[..start], &rest[start..end]);
        let after = &rest[end..];
        let name = inner.trim_start_matches("client.").split('(').next().unwrap_or_default();
        let is_rows = rows.contains(&name);
        match before.strip_suffix("with ") {
            Some(before) if is_rows => text.push_str(&format!("{before}async with {inner}")),
            None if is_rows => text.push_str(&format!("{before}{inner}")),
            Some(before) => text.push_str(&format!("{before}async with await {inner}")),
            // A call that is followed by an attribute or index needs parentheses.
            None if after.starts_with(['.', '[']) => {
                text.push_str(&format!("{before}(await {inner})"));
            }
            None => text.push_str(&format!("{before}await {inner}")),
        }
        rest = after;
    }
    text + rest
}

/// The index of the next call of an operation.
fn call(text: &str) -> Option<usize> {
    let found = text.match_indices("client.").map(|(i, _)| i);
    found.into_iter().find(|&i| {
        let name = text[i + "client.".len()..]
            .trim_start_matches(|c: char| c == '_' || c.is_alphanumeric());
        let is_word = !text[..i].ends_with(|c: char| c == '_' || c.is_alphanumeric() || c == '.');
        is_word && name.starts_with('(')
    })
}

/// The length of a call, to its closing parenthesis.
fn length(text: &str) -> usize {
    let mut depth = 0;
    for (i, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return i + 1,
            ')' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_awaited() {
        for (given, wanted) in [
            (">>> client.tags(\"a\")", ">>> await client.tags(\"a\")"),
            (">>> client.pull(f(\"a\"))[0].x", ">>> (await client.pull(f(\"a\")))[0].x"),
            (
                ">>> with client.fetch_blob(\"a\") as b:",
                ">>> async with await client.fetch_blob(\"a\") as b:",
            ),
            (">>> with Client() as client:", ">>> async with AsyncClient() as client:"),
            ("...     len(blob.read())", "...     len(await blob.read())"),
            (">>> client.close()", ">>> client.close()"),
            (
                ">>> x = [row.n for row in client.sweep(1)]",
                ">>> x = [row.n async for row in client.sweep(1)]",
            ),
            (">>> with client.sweep(1) as r:", ">>> async with client.sweep(1) as r:"),
            (
                ">>> x = [i.n for i in client.a(1).b]",
                ">>> x = [i.n for i in (await client.a(1)).b]",
            ),
        ] {
            assert_eq!(awaited(given, &["sweep"]), format!("{wanted}\n"));
        }
    }
}
