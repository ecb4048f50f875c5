# The two commands of the README, and `check` for use before a change is handed in.

.PHONY: run test check format clean

BUILD = cmake --preset $(1) --log-level=WARNING >/dev/null && cmake --build --preset $(1) -j $$(nproc)

run:
	@.ci/install-deps
	@$(call BUILD,release)
	@build/release/app/sunfleck replay

test:
	@.ci/install-deps
	@$(call BUILD,release)
	@ctest --preset release -j $$(nproc)

# Address and undefined-behaviour errors, races, the linter, the format.
check:
	@.ci/install-deps check
	@$(call BUILD,asan)
	@ctest --preset asan -j $$(nproc)
	@$(call BUILD,tsan)
	@ctest --preset tsan -j $$(nproc) -L threads
	@$(call BUILD,tidy)
	@git ls-files '*.h' '*.c' '*.cpp' | xargs clang-format --dry-run -Werror

format:
	@git ls-files '*.h' '*.c' '*.cpp' | xargs clang-format -i

clean:
	@rm -rf build
