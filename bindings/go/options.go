package ocigraph

// #include <ocigraph.h>
// #include "callbacks.h"
import "C"

// PullOptions say how to pull.
type PullOptions struct {
	// Output is the directory to write into; created when it is not there. Empty is the current one.
	Output string
	// ArtifactType pulls, instead of what the reference names, its referrers of this type.
	ArtifactType string
	// Platform pulls, of an index, the image for this platform: "linux/arm64".
	Platform string
	// IncludeSubject pulls also what the artifact refers to, and what that refers to in turn.
	IncludeSubject bool
	// KeepOldFiles leaves files that are there already as they are.
	KeepOldFiles bool
	// AllowPathTraversal writes where titles say, even outside the output directory.
	AllowPathTraversal bool
	// UnpackLimits are how much a packed directory may unpack to, before the pull ends with [ErrTooLarge].
	UnpackLimits UnpackLimits
	// Concurrency is how many requests to make at once; 0 is the default.
	Concurrency int
	// Progress is told what happens; an error from it ends the pull.
	Progress func(Event) error
}

// UnpackLimits bound what is unpacked; 0 is the default of each.
type UnpackLimits struct {
	// Entries are files, directories and links; 1,000,000 by default.
	Entries uint64
	// Bytes are those of all files together; 64 GiB by default.
	Bytes uint64
	// Ratio is how many bytes each byte of the archive may give, once more than 64 MiB are unpacked; 1,000 by default.
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

// DiscoverOptions say what to discover, or to filter a [Graph] by.
type DiscoverOptions struct {
	// ArtifactType returns only referrers of this type, with what leads to them and what lies beneath them.
	ArtifactType string
	// Annotations returns only referrers with these annotations, in the same way.
	Annotations map[string]string
	// Platform starts, at an index, from the image for this platform: "linux/arm64".
	Platform string
	// Depth is how many levels of referrers to walk; 0 is the subject alone, and nil is all.
	Depth *int
	// Concurrency is how many requests to make at once; 0 is the default.
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

// DeleteOptions say how to delete.
type DeleteOptions struct {
	// DryRun only says what would be deleted.
	DryRun bool
	// Force deletes also what would be kept: what is tagged otherwise or listed by another index.
	Force bool
	// Concurrency is how many requests to make at once; 0 is the default.
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

// CopyOptions say how to copy.
type CopyOptions struct {
	// Recursive copies also everything that refers to it, to what an index lists, and so on.
	Recursive bool
	// Platform copies, of an index, only the image for this platform: "linux/arm64".
	Platform string
	// Foreign copies foreign layers too, which registries need not have.
	Foreign bool
	// Concurrency is how many requests to make at once; 0 is the default.
	Concurrency int
	// Progress is told what happens; an error from it ends the copy.
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

// VerifyOptions say what to verify.
type VerifyOptions struct {
	// Platform starts, at an index, from the image for this platform: "linux/arm64".
	Platform string
	// Concurrency is how many requests to make at once; 0 is the default.
	Concurrency int
	// Progress is told what happens; an error from it ends the verification.
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

// ResolveOptions say how to find a manifest by its name.
type ResolveOptions struct {
	// Platform takes, of an index, the image for this platform: "linux/arm64".
	Platform string
}

func (o *ResolveOptions) fill(a *arguments, c *C.ocigraph_resolve_options) error {
	s := &settings{arguments: a}
	if o.Platform != "" {
		s.set(C.ocigraph_resolve_options_set_platform(c, a.text(o.Platform), &s.failure))
	}
	return s.err
}
