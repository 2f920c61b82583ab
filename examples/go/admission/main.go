// Command admission decides whether an image may run: it must have attached what a policy requires, and every manifest and
// blob in its graph must exist and match its digest. The exit status is 0 if the image is admitted, 1 if it is refused, and
// 2 if an error prevents the decision, or if the registry does not tell whether something is attached.
//
//	admission registry.example.com/net-monitor:v1 signature sbom
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	ocigraph "github.com/ocigraph/ocigraph/bindings/go"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: admission IMAGE REQUIREMENT...")
		os.Exit(2)
	}
	// An admission controller must respond in time. An error is better than a late response.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	admitted, why, err := admit(ctx, os.Args[1], os.Args[2:])
	cancel()
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "admission:", err)
		os.Exit(2)
	case !admitted:
		fmt.Println("refused:", why)
		os.Exit(1)
	}
	fmt.Println("admitted:", why)
}

// admit returns whether the image may run, and the reason.
func admit(ctx context.Context, image string, requirements []string) (bool, string, error) {
	client, err := ocigraph.NewClient(&ocigraph.ClientOptions{UserAgent: "admission-example/1"})
	if err != nil {
		return false, "", err
	}
	defer client.Close()
	// A real controller also verifies the signatures that the check finds, with its keys.
	checked, err := client.Check(ctx, image, requirements, nil)
	if errors.Is(err, ocigraph.ErrNotFound) {
		return false, "there is no such image", nil
	}
	if err != nil {
		return false, "", err
	}
	digest := checked.Descriptor.Digest
	for _, required := range checked.Requirements {
		switch required.Presence {
		case ocigraph.PresencePresent:
		case ocigraph.PresenceMissing:
			return false, fmt.Sprintf("%s has no %s", digest, required.Requirement), nil
		default:
			return false, "", fmt.Errorf("unknown whether %s has a %s: %s", digest, required.Requirement, strings.Join(required.Details, "; "))
		}
	}
	// The tag may move in the meantime, so the digest that was checked is verified.
	report, err := client.Verify(ctx, checked.Reference, nil)
	if err != nil {
		return false, "", err
	}
	if len(report.Problems) > 0 {
		return false, "it is not whole: " + report.Problems[0].Detail, nil
	}
	return true, fmt.Sprintf("%s has %s", digest, strings.Join(requirements, ", ")), nil
}
