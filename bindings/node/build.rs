//! Tells the linker that the symbols of Node.js come from whoever loads the library.

fn main() {
    napi_build::setup();
}
