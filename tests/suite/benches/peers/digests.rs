//! Digests of files, beside `openssl dgst`.

use std::fs;

use crate::{
    bench::{Bench, Row, args},
    files::write_large,
};

pub(crate) fn digests(bench: &mut Bench) {
    let rows = [
        (Row::new("digest 2,000 × 16 KiB", "openssl").faster(4.0), 2000, 16 * 1024),
        (Row::new("digest 8 × 128 MiB", "openssl").faster(4.5), 8, 128 << 20),
    ];
    for (row, count, size) in rows {
        if !bench.wants([&row]) {
            continue;
        }
        let names: Vec<String> = (0..count).map(|i| format!("digest{size}/{i:04}")).collect();
        for (i, name) in names.iter().enumerate() {
            let path = bench.work.path(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("making it");
            write_large(&path, i as u64, size);
        }
        let with_files = |words: &[&str]| [args(words), names.clone()].concat();
        bench
            .row(&row, &mut |_| with_files(&["dgst", "-sha256"]), &mut |_| with_files(&["digest"]));
    }
}
