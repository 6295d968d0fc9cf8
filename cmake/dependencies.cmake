# Every dependency is a system package; nothing is downloaded here.
if(POLICY CMP0167)
  cmake_policy(SET CMP0167 NEW)  # Boost by its own config file
endif()
find_package(Threads REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(TBB REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS graph)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(LibLZMA REQUIRED)
if(MHO_BUILD_TESTS)
  find_package(Catch2 REQUIRED)  # 2.13 and 3 both serve: tests/catch.hpp hides the difference
endif()
