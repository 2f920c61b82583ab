"""Recipe of Conan 2 for the C library. It builds the source archive with the Rust toolchain that is installed.

The file conandata.yml names the archive and its digest; `packages/build source` writes it.
"""

import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.files import copy, get, rm

TARGETS = {"x86_64": "x86_64-unknown-linux-gnu", "armv8": "aarch64-unknown-linux-gnu"}


class Ocigraph(ConanFile):
    name = "ocigraph"
    description = "Graphs of supply-chain artifacts in OCI registries and image layouts"
    license = "Apache-2.0"
    url = "https://github.com/ocigraph/ocigraph"
    homepage = "https://github.com/ocigraph/ocigraph"
    topics = ("oci", "registry", "sbom", "supply-chain")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False]}
    default_options = {"shared": False}

    def configure(self):
        # The library has no C++, and works with every compiler.
        self.settings.rm_safe("compiler.cppstd")
        self.settings.rm_safe("compiler.libcxx")

    def package_id(self):
        del self.info.settings.compiler

    def validate(self):
        if self.settings.os != "Linux" or str(self.settings.arch) not in TARGETS:
            raise ConanInvalidConfiguration(f"ocigraph builds for Linux on {' and '.join(TARGETS)}")

    def source(self):
        get(self, **self.conan_data["sources"][self.version], strip_root=True)

    @property
    def _target(self):
        return TARGETS[str(self.settings.arch)]

    @property
    def _target_folder(self):
        return os.environ.get("CARGO_TARGET_DIR") or os.path.join(self.build_folder, "target")

    @property
    def _profile(self):
        return "dev" if self.settings.build_type == "Debug" else "release"

    def build(self):
        self.run(
            f"cargo build --locked --profile {self._profile} --target {self._target} -p ocigraph-c"
            f' --target-dir "{self._target_folder}"',
            cwd=self.source_folder,
        )

    def package(self):
        profile = "debug" if self._profile == "dev" else "release"
        built = os.path.join(self._target_folder, self._target, profile)
        self.run(f'bindings/c/install "{built}" / "{self.package_folder}"', cwd=self.source_folder)
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(
            self,
            "THIRD-PARTY.txt",
            os.path.join(self.source_folder, "python"),
            os.path.join(self.package_folder, "licenses"),
        )
        libraries = os.path.join(self.package_folder, "lib")
        rm(self, "libocigraph.a" if self.options.shared else "libocigraph.so*", libraries)
        # Conan writes its own files for CMake and pkg-config.
        rm(self, "*.pc", os.path.join(libraries, "pkgconfig"))
        rm(self, "*.cmake", os.path.join(libraries, "cmake", "ocigraph"))

    def package_info(self):
        self.cpp_info.libs = ["ocigraph"]
        self.cpp_info.set_property("cmake_file_name", "ocigraph")
        self.cpp_info.set_property("cmake_target_name", "ocigraph::ocigraph")
        self.cpp_info.set_property("pkg_config_name", "ocigraph")
        if not self.options.shared:
            self.cpp_info.system_libs = ["pthread", "m", "dl"]
