/* Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`. */

/* The options of each handle by name. A program defines the macros before it includes this
 * file, once for each use:
 *
 * OPTIONS_BEGIN(handle), OPTION_BOOL(handle, name), OPTION_SIZE(handle, name),
 * OPTION_UINT64(handle, name), OPTION_UINT32(handle, name), OPTION_DURATION(handle, name),
 * OPTION_TEXT(handle, name), OPTION_NUMBER(handle, name, enumeration),
 * OPTION_TEXTS(handle, name, one), OPTION_PAIRS(handle, name, one), OPTION_FILES(handle, name),
 * OPTION_FILE(handle, name), OPTION_PROGRESS(handle, name), OPTION_NUMBERS(handle, name),
 * OPTION_LIMIT(handle, name, constant), OPTIONS_END(handle). */

OPTIONS_BEGIN(client_options)
OPTION_TEXT(client_options, auth_file)
OPTION_BOOL(client_options, plain_http)
OPTION_TEXT(client_options, ca_file)
OPTION_BOOL(client_options, insecure)
OPTION_BOOL(client_options, use_proxy)
OPTION_PAIRS(client_options, headers, header)
OPTION_TEXT(client_options, user_agent)
OPTION_LIMIT(client_options, connect_timeout, OCIGRAPH_LIMIT_CONNECT_TIMEOUT)
OPTION_LIMIT(client_options, response_timeout, OCIGRAPH_LIMIT_RESPONSE_TIMEOUT)
OPTION_LIMIT(client_options, idle_timeout, OCIGRAPH_LIMIT_IDLE_TIMEOUT)
OPTION_LIMIT(client_options, upload_response_timeout, OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT)
OPTION_LIMIT(client_options, max_attempts, OCIGRAPH_LIMIT_MAX_ATTEMPTS)
OPTION_LIMIT(client_options, stall_timeout, OCIGRAPH_LIMIT_STALL_TIMEOUT)
OPTION_LIMIT(client_options, max_manifest_bytes, OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES)
OPTION_LIMIT(client_options, max_pages, OCIGRAPH_LIMIT_MAX_PAGES)
OPTION_LIMIT(client_options, max_entries, OCIGRAPH_LIMIT_MAX_ENTRIES)
OPTION_LIMIT(client_options, helper_timeout, OCIGRAPH_LIMIT_HELPER_TIMEOUT)
OPTIONS_END(client_options)

OPTIONS_BEGIN(push_options)
OPTION_FILES(push_options, files)
OPTION_TEXT(push_options, artifact_type)
OPTION_TEXT(push_options, subject)
OPTION_PAIRS(push_options, annotations, annotation)
OPTION_FILE(push_options, config)
OPTION_NUMBER(push_options, format, ManifestFormat)
OPTION_BOOL(push_options, allow_path_traversal)
OPTION_UINT64(push_options, source_date_epoch)
OPTION_SIZE(push_options, concurrency)
OPTION_PROGRESS(push_options, progress)
OPTIONS_END(push_options)

OPTIONS_BEGIN(pull_options)
OPTION_TEXT(pull_options, output)
OPTION_TEXT(pull_options, artifact_type)
OPTION_TEXT(pull_options, platform)
OPTION_BOOL(pull_options, include_subject)
OPTION_BOOL(pull_options, keep_old_files)
OPTION_BOOL(pull_options, allow_path_traversal)
OPTION_NUMBERS(pull_options, unpack_limits)
OPTION_SIZE(pull_options, concurrency)
OPTION_PROGRESS(pull_options, progress)
OPTIONS_END(pull_options)

OPTIONS_BEGIN(discover_options)
OPTION_TEXT(discover_options, artifact_type)
OPTION_PAIRS(discover_options, annotations, annotation)
OPTION_TEXT(discover_options, platform)
OPTION_SIZE(discover_options, depth)
OPTION_BOOL(discover_options, allow_incomplete)
OPTION_SIZE(discover_options, concurrency)
OPTIONS_END(discover_options)

OPTIONS_BEGIN(delete_options)
OPTION_BOOL(delete_options, dry_run)
OPTION_BOOL(delete_options, force)
OPTION_SIZE(delete_options, concurrency)
OPTIONS_END(delete_options)

OPTIONS_BEGIN(copy_options)
OPTION_BOOL(copy_options, recursive)
OPTION_TEXT(copy_options, platform)
OPTION_BOOL(copy_options, foreign)
OPTION_SIZE(copy_options, concurrency)
OPTION_PROGRESS(copy_options, progress)
OPTIONS_END(copy_options)

OPTIONS_BEGIN(verify_options)
OPTION_TEXT(verify_options, platform)
OPTION_SIZE(verify_options, concurrency)
OPTION_PROGRESS(verify_options, progress)
OPTIONS_END(verify_options)

OPTIONS_BEGIN(resolve_options)
OPTION_TEXT(resolve_options, platform)
OPTIONS_END(resolve_options)

OPTIONS_BEGIN(blob_options)
OPTION_PROGRESS(blob_options, progress)
OPTIONS_END(blob_options)
