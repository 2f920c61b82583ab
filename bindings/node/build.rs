//! Configures the linker for a Node.js addon: the Node.js process that loads the library provides the Node-API symbols.

fn main() {
    napi_build::setup();
}
