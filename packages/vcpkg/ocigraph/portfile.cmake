# Builds the source archive with the Rust toolchain that is installed. `packages/build source` writes the version and the
# digest.
vcpkg_download_distfile(ARCHIVE
    URLS "https://github.com/ocigraph/ocigraph/releases/download/v${VERSION}/ocigraph-${VERSION}-source.tar.gz"
    FILENAME "ocigraph-${VERSION}-source.tar.gz"
    SHA512 @SHA512@
)
vcpkg_extract_source_archive(SOURCE_PATH ARCHIVE "${ARCHIVE}")

find_program(CARGO cargo HINTS "$ENV{HOME}/.cargo/bin" REQUIRED)
if(VCPKG_TARGET_ARCHITECTURE STREQUAL "arm64")
    set(target aarch64-unknown-linux-gnu)
else()
    set(target x86_64-unknown-linux-gnu)
endif()
set(built "${CURRENT_BUILDTREES_DIR}/${TARGET_TRIPLET}-cargo")
# One build serves both configurations: programs use it through C.
set(VCPKG_BUILD_TYPE release)
set(VCPKG_POLICY_MISMATCHED_NUMBER_OF_BINARIES enabled)
vcpkg_execute_required_process(
    COMMAND "${CARGO}" build --release --locked --target "${target}" -p ocigraph-c --target-dir "${built}"
    WORKING_DIRECTORY "${SOURCE_PATH}"
    LOGNAME "build-${TARGET_TRIPLET}"
)
vcpkg_execute_required_process(
    COMMAND bindings/c/install "${built}/${target}/release" "${CURRENT_PACKAGES_DIR}"
    WORKING_DIRECTORY "${SOURCE_PATH}"
    LOGNAME "install-${TARGET_TRIPLET}"
)

if(VCPKG_LIBRARY_LINKAGE STREQUAL "static")
    file(GLOB shared "${CURRENT_PACKAGES_DIR}/lib/libocigraph.so*")
    file(REMOVE ${shared})
else()
    file(REMOVE "${CURRENT_PACKAGES_DIR}/lib/libocigraph.a" "${CURRENT_PACKAGES_DIR}/lib/pkgconfig/ocigraph-static.pc")
endif()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/ocigraph)
vcpkg_fixup_pkgconfig()
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE" "${SOURCE_PATH}/python/THIRD-PARTY.txt")
