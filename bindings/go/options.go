package ocigraph

// #include <ocigraph.h>
// #include "callbacks.h"
import "C"

// PullOptions are the options of [Client.Pull].
type PullOptions struct {
	// Output is the output directory. It is created if necessary. Default: the current directory.
	Output string
	// ArtifactType pulls the referrers that have this artifact type instead of the artifact that the reference names.
	// Default: none.
	ArtifactType string
	// Platform pulls the image for this platform, such as "linux/arm64", if the reference names an index. Default:
	// none.
	Platform string
	// IncludeSubject also pulls the subject of the artifact, the subject of that, and so on. Default: false.
	IncludeSubject bool
	// KeepOldFiles keeps files that already exist. Their outcome is [KeptExisting] if the content differs. Default:
	// false, which replaces them.
	KeepOldFiles bool
	// AllowPathTraversal permits titles that lead outside the output directory. Use it for trusted registries only.
	// Otherwise such a title fails the pull with [ErrUnsafePath]. Default: false.
	AllowPathTraversal bool
	// UnpackLimits are the limits for unpacking a directory. A pull that exceeds one fails with [ErrTooLarge].
	UnpackLimits UnpackLimits
	// Concurrency is the maximum number of concurrent requests. The library uses fewer if the registry slows down or
	// file descriptors run short. Default: 128.
	Concurrency int
	// Progress receives the progress events. An error from it ends the pull and is wrapped by the error of the pull.
	// Default: none.
	Progress func(Event) error
}

// UnpackLimits are the limits for unpacking a directory. The zero value of a field selects its default.
type UnpackLimits struct {
	// Entries is the maximum number of files, directories and links. Default: 1,000,000.
	Entries uint64
	// Bytes is the maximum total size of the files. Default: 64 GiB.
	Bytes uint64
	// Ratio is the maximum number of unpacked bytes for each byte of the archive, checked after 64 MiB. Default: 1,000.
	Ratio uint64
}

func (o *PullOptions) fill(a *arguments, c *C.ocigraph_pull_options) error {
	s := &settings{arguments: a}
	if o.Output != "" {
		s.set(C.ocigraph_pull_options_set_output(c, a.text(o.Output), &s.failure))
	}
	if o.ArtifactType != "" {
		s.set(C.ocigraph_pull_options_set_artifact_type(c, a.text(o.ArtifactType), &s.failure))
	}
	if o.Platform != "" {
		s.set(C.ocigraph_pull_options_set_platform(c, a.text(o.Platform), &s.failure))
	}
	if o.IncludeSubject {
		s.set(C.ocigraph_pull_options_set_include_subject(c, C.bool(true), &s.failure))
	}
	if o.KeepOldFiles {
		s.set(C.ocigraph_pull_options_set_keep_old_files(c, C.bool(true), &s.failure))
	}
	if o.AllowPathTraversal {
		s.set(C.ocigraph_pull_options_set_allow_path_traversal(c, C.bool(true), &s.failure))
	}
	limits := o.UnpackLimits
	s.set(C.ocigraph_pull_options_set_unpack_limits(c, C.uint64_t(limits.Entries), C.uint64_t(limits.Bytes),
		C.uint64_t(limits.Ratio), &s.failure))
	s.set(C.ocigraph_pull_options_set_concurrency(c, s.count("Concurrency", o.Concurrency), &s.failure))
	if o.Progress != nil {
		data := a.callback(&callback{progress: o.Progress})
		s.set(C.ocigraph_pull_options_set_progress(c, C.ocigraph_progress_fn(C.ocigraph_go_progress), data, &s.failure))
	}
	return s.err
}

// DiscoverOptions are the options of [Client.Discover] and [Graph.Filter].
type DiscoverOptions struct {
	// ArtifactType includes only referrers with this artifact type, together with the manifests on the path to them and
	// all their own referrers. Default: all.
	ArtifactType string
	// Annotations includes only referrers with all these annotations, together with the manifests on the path to them
	// and all their own referrers. Default: all.
	Annotations map[string]string
	// Platform starts at the image for this platform, such as "linux/arm64", if the reference names an index. Default:
	// none.
	Platform string
	// Depth is the maximum number of levels of referrers. 0 returns the subject alone. Default (nil): unlimited.
	Depth *int
	// Concurrency is the maximum number of concurrent requests. The library uses fewer if the registry slows down or
	// file descriptors run short. Default: 128.
	Concurrency int
}

func (o *DiscoverOptions) fill(a *arguments, c *C.ocigraph_discover_options) error {
	s := &settings{arguments: a}
	if o.ArtifactType != "" {
		s.set(C.ocigraph_discover_options_set_artifact_type(c, a.text(o.ArtifactType), &s.failure))
	}
	for key, value := range o.Annotations {
		s.set(C.ocigraph_discover_options_add_annotation(c, a.text(key), a.text(value), &s.failure))
	}
	if o.Platform != "" {
		s.set(C.ocigraph_discover_options_set_platform(c, a.text(o.Platform), &s.failure))
	}
	if o.Depth != nil {
		s.set(C.ocigraph_discover_options_set_depth(c, s.count("Depth", *o.Depth), &s.failure))
	}
	s.set(C.ocigraph_discover_options_set_concurrency(c, s.count("Concurrency", o.Concurrency), &s.failure))
	return s.err
}

// DeleteOptions are the options of [Client.Delete].
type DeleteOptions struct {
	// DryRun reports what would be deleted and deletes nothing. Default: false.
	DryRun bool
	// Force also deletes manifests that have other tags or are listed by another index. Otherwise the delete keeps them
	// and reports them as kept. Default: false.
	Force bool
	// Concurrency is the maximum number of concurrent requests. The library uses fewer if the registry slows down or
	// file descriptors run short. Default: 128.
	Concurrency int
}

func (o *DeleteOptions) fill(a *arguments, c *C.ocigraph_delete_options) error {
	s := &settings{arguments: a}
	if o.DryRun {
		s.set(C.ocigraph_delete_options_set_dry_run(c, C.bool(true), &s.failure))
	}
	if o.Force {
		s.set(C.ocigraph_delete_options_set_force(c, C.bool(true), &s.failure))
	}
	s.set(C.ocigraph_delete_options_set_concurrency(c, s.count("Concurrency", o.Concurrency), &s.failure))
	return s.err
}

// CopyOptions are the options of [Client.Copy].
type CopyOptions struct {
	// Recursive also copies all referrers, direct and indirect, including those of the manifests that an index lists.
	// Default: false.
	Recursive bool
	// Platform copies only the image for this platform, such as "linux/arm64", if the source names an index. Default:
	// none.
	Platform string
	// Foreign also copies foreign (non-distributable) layers. Registries are not required to store these layers.
	// Default: false.
	Foreign bool
	// Concurrency is the maximum number of concurrent requests. The library uses fewer if the registry slows down or
	// file descriptors run short. Default: 128.
	Concurrency int
	// Progress receives the progress events. An error from it ends the copy and is wrapped by the error of the copy.
	// Default: none.
	Progress func(Event) error
}

func (o *CopyOptions) fill(a *arguments, c *C.ocigraph_copy_options) error {
	s := &settings{arguments: a}
	if o.Recursive {
		s.set(C.ocigraph_copy_options_set_recursive(c, C.bool(true), &s.failure))
	}
	if o.Platform != "" {
		s.set(C.ocigraph_copy_options_set_platform(c, a.text(o.Platform), &s.failure))
	}
	if o.Foreign {
		s.set(C.ocigraph_copy_options_set_foreign(c, C.bool(true), &s.failure))
	}
	s.set(C.ocigraph_copy_options_set_concurrency(c, s.count("Concurrency", o.Concurrency), &s.failure))
	if o.Progress != nil {
		data := a.callback(&callback{progress: o.Progress})
		s.set(C.ocigraph_copy_options_set_progress(c, C.ocigraph_progress_fn(C.ocigraph_go_progress), data, &s.failure))
	}
	return s.err
}

// VerifyOptions are the options of [Client.Verify].
type VerifyOptions struct {
	// Platform verifies the image for this platform, such as "linux/arm64", if the reference names an index. Default:
	// none.
	Platform string
	// Concurrency is the maximum number of concurrent requests. The library uses fewer if the registry slows down or
	// file descriptors run short. Default: 128.
	Concurrency int
	// Progress receives the progress events. An error from it ends the verification and is wrapped by its error.
	// Default: none.
	Progress func(Event) error
}

func (o *VerifyOptions) fill(a *arguments, c *C.ocigraph_verify_options) error {
	s := &settings{arguments: a}
	if o.Platform != "" {
		s.set(C.ocigraph_verify_options_set_platform(c, a.text(o.Platform), &s.failure))
	}
	s.set(C.ocigraph_verify_options_set_concurrency(c, s.count("Concurrency", o.Concurrency), &s.failure))
	if o.Progress != nil {
		data := a.callback(&callback{progress: o.Progress})
		s.set(C.ocigraph_verify_options_set_progress(c, C.ocigraph_progress_fn(C.ocigraph_go_progress), data, &s.failure))
	}
	return s.err
}

// ResolveOptions are the options of [Client.Resolve] and [Client.FetchManifest].
type ResolveOptions struct {
	// Platform resolves to the image for this platform, such as "linux/arm64", if the reference names an index.
	// Default: none.
	Platform string
}

func (o *ResolveOptions) fill(a *arguments, c *C.ocigraph_resolve_options) error {
	s := &settings{arguments: a}
	if o.Platform != "" {
		s.set(C.ocigraph_resolve_options_set_platform(c, a.text(o.Platform), &s.failure))
	}
	return s.err
}
