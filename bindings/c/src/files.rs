//! The files to push: from paths, from memory and from read callbacks.

use std::ffi::c_void;

use ocigraph::{Annotations, BufferedContent, File, Result, media_type as types};
use tokio::runtime::Handle;

use crate::{
    blob::spawn_callback,
    callback::{Gate, ReadCallback, ocigraph_read_fn},
    text::{invalid, ocigraph_bytes, ocigraph_str},
};

#[derive(Clone)]
enum Entry {
    File(File),
    /// Content of a read callback, which each push reads.
    Read {
        from: ReadCallback,
        title: Option<String>,
        media_type: Option<String>,
        annotations: Annotations,
    },
}

impl Entry {
    fn annotations(&mut self) -> &mut Annotations {
        match self {
            Entry::File(file) => &mut file.annotations,
            Entry::Read { annotations, .. } => annotations,
        }
    }

    async fn file(self, gate: &Gate, callbacks: &Handle) -> Result<File> {
        let (from, title, media_type, annotations) = match self {
            Entry::File(file) => return Ok(file),
            Entry::Read { from, title, media_type, annotations } => {
                (from, title, media_type, annotations)
            }
        };
        let reader = from.through(gate.clone());
        let named = title.clone().unwrap_or_default();
        let read = move || BufferedContent::read(reader)?.into_file(&named);
        let file = spawn_callback(callbacks, read).await?;
        Ok(File { title, media_type, annotations, ..file })
    }
}

/// The files of options, in their order. Read callbacks have not been called yet.
#[derive(Clone, Default)]
pub(crate) struct Files(Vec<Entry>);

impl Files {
    pub(crate) fn add_path(
        &mut self,
        path: ocigraph_str,
        media_type: ocigraph_str,
        title: ocigraph_str,
    ) -> Result<()> {
        let file = config_path(path, media_type)?;
        self.0.push(Entry::File(File { title: title.optional("title")?, ..file }));
        Ok(())
    }

    pub(crate) fn add_bytes(
        &mut self,
        title: ocigraph_str,
        media_type: ocigraph_str,
        content: ocigraph_bytes,
    ) -> Result<()> {
        let file = File {
            media_type: media_type.checked("media_type", types::check)?,
            title: title.optional("title")?,
            ..File::bytes(String::new(), content.bytes("content")?)
        };
        self.0.push(Entry::File(file));
        Ok(())
    }

    pub(crate) fn add_reader(
        &mut self,
        title: ocigraph_str,
        media_type: ocigraph_str,
        read: ocigraph_read_fn,
        user_data: *mut c_void,
    ) -> Result<()> {
        let entry = Entry::Read {
            from: ReadCallback::new(read, user_data)?,
            title: title.optional("title")?,
            media_type: media_type.checked("media_type", types::check)?,
            annotations: Annotations::new(),
        };
        self.0.push(entry);
        Ok(())
    }

    /// Adds an annotation to the file that was added last.
    pub(crate) fn annotate_last(&mut self, key: ocigraph_str, value: ocigraph_str) -> Result<()> {
        let (key, value) = (key.required("key")?, value.text("value")?);
        let last = self.0.last_mut().ok_or_else(|| invalid("add a file before its annotation"))?;
        last.annotations().insert(key, value);
        Ok(())
    }

    /// Reads the content of the callbacks.
    pub(crate) async fn read(self, gate: &Gate, callbacks: &Handle) -> Result<Vec<File>> {
        let mut files = Vec::with_capacity(self.0.len());
        for entry in self.0 {
            files.push(entry.file(gate, callbacks).await?);
        }
        Ok(files)
    }
}

/// A config blob from memory.
pub(crate) fn config(content: ocigraph_bytes, media_type: ocigraph_str) -> Result<File> {
    let media_type = media_type.checked("media_type", types::check)?;
    Ok(File { media_type, ..File::bytes("config.json", content.bytes("config")?) })
}

/// A config blob, or another file, from a path.
pub(crate) fn config_path(path: ocigraph_str, media_type: ocigraph_str) -> Result<File> {
    let media_type = media_type.checked("media_type", types::check)?;
    Ok(File { media_type, ..File::path(path.required("path")?) })
}
